/** GET /v1/wallets/{id or me}. */
import { getWallet } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import { walletNotFound } from '../principals.ts';
import { rateLimitOf } from '../rate-limit.ts';
import { walletView } from '../views.ts';
import type { Context } from './context.ts';

export function walletRoutes({ engine, principals, now }: Context): Route[] {
  return [
    route(getWallet, async ({ caller, params }) => {
      const wallet = await engine.wallet(await principals.wallet(caller, params.walletId));
      if (wallet === null) throw walletNotFound();
      return reply(200, walletView(wallet), params.walletId === 'me' ? rateLimitOf(wallet, now()) : {});
    }),
  ];
}
