/** ledgerCredits() over HTTP by the API's own contracts: for tests of the client and of services as processes. */
import { createService, Problem, reply, route } from '@reelbanana/service-kit';
import { fakeAuth, listen, memoryTelemetry, silentLog, type Listening } from '@reelbanana/service-kit/testing';
import { getWallet, postHold, postRelease, postSettle } from '../contract/index.ts';
import { CreditsError } from '../errors.ts';
import type { LedgerCredits } from './ledger-credits.ts';

/** User tokens are uids, the service token is `narrate`. */
export async function creditsServer(ledger: LedgerCredits, uids: readonly string[] = ['ada']): Promise<Listening> {
  const replayed = (yes: boolean): Record<string, string> => (yes ? { 'Idempotent-Replayed': 'true' } : {});
  const routes = [
    route(postHold, async ({ body, key }) => {
      const { operation, params, ttlSeconds = 900, supersedes } = body;
      const input = { operation, params, ttlSeconds, ...(supersedes === undefined ? {} : { supersedes }) };
      const hold = await told(ledger.reserve(input, { userToken: 'any', key }));
      const { walletId, holdId, credits, state } = hold;
      const view = {
        walletId,
        holdId,
        credits,
        state,
        priceVersion: 1,
        expiresAt: 0,
        balance: await ledger.balance({ userToken: 'any' }),
      };
      return reply(201, view, replayed(hold.replayed));
    }),
    route(postSettle, async ({ params: { walletId, holdId }, body }) => {
      const charge = body.credits === undefined ? {} : { credits: body.credits };
      return reply(200, { walletId, holdId, ...(await told(ledger.settle({ walletId, holdId, ...charge }))) });
    }),
    route(postRelease, async ({ params: { walletId, holdId }, body }) => {
      await told(ledger.release({ walletId, holdId, ...body }));
      return reply(200, { walletId, holdId, credits: 0, balance: await ledger.balance({ userToken: 'any' }) });
    }),
    route(getWallet, async () => {
      const balance = await ledger.balance({ userToken: 'any' });
      const { walletId, unmetered, status, seq } = ledger.wallet();
      return reply(200, {
        walletId,
        ...balance,
        total: balance.available + balance.held,
        grants: [],
        unmetered,
        status,
        seq,
      });
    }),
  ];
  const user = (uid: string) => ({ uid, emailVerified: true, admin: false, anonymous: false });
  return await listen(
    createService({
      routes,
      auth: fakeAuth({
        users: Object.fromEntries(uids.map((uid) => [uid, user(uid)])),
        accounts: { narrate: { id: 'narrate', email: 'narrate@local.iam.gserviceaccount.com' } },
      }),
      config: { service: 'credits', projectId: 'local' },
      telemetry: memoryTelemetry(),
      log: silentLog,
      checkReplies: true,
    }),
  );
}

async function told<T>(answer: Promise<T>): Promise<T> {
  return await answer.catch((error: unknown) => {
    if (error instanceof CreditsError) throw new Problem(error.code, error.message, error.data);
    throw error;
  });
}
