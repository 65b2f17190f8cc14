/** GET /v1/admin/health. */
import { getHealth } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import type { Context } from './context.ts';

export function healthRoutes({ instance, engine }: Context): Route[] {
  const { ready, service, revision = null } = instance;
  const startedAtMs = performance.now();
  return [
    route(getHealth, async ({ log }) => {
      const askedAtMs = performance.now();
      const isReady = await ready().then(
        () => true,
        (error: unknown) => {
          log.warn({ error }, 'the store does not answer');
          return false;
        },
      );
      const answeredAtMs = performance.now();
      const { wallets, entries, pending } = engine.size;
      return reply(200, {
        status: isReady ? ('ok' as const) : ('degraded' as const),
        service,
        revision,
        uptimeSeconds: Math.floor((answeredAtMs - startedAtMs) / 1000),
        firestore: {
          status: isReady ? ('ok' as const) : ('unavailable' as const),
          latencyMs: Math.round(answeredAtMs - askedAtMs),
        },
        engine: { wallets, entries, pending },
      });
    }),
  ];
}
