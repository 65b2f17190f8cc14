/** POST /v1/wallets/{id}/refunds: by the account that charged, or by an administrator with an audit record. */
import type { ExecuteOptions } from '@reelbanana/ledger-firestore';
import { postRefund } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import { refundCommand } from '../commands.ts';
import { answerOf, replayHeaders } from '../outcomes.ts';
import { adminOf, type Context } from './context.ts';

export function refundRoutes({ engine, principals, actors, now }: Context): Route[] {
  return [
    route(postRefund, async ({ caller, params, key, body }) => {
      const { account } = caller;
      // Whose charge it is the ledger decides, as with holds.
      const walletId = await (account === undefined
        ? principals.wallet(caller, params.walletId)
        : principals.walletOfHold(caller, params.walletId));
      const uid = account === undefined ? adminOf(caller).uid : undefined;
      const actor = account === undefined ? actors.admin(adminOf(caller).uid) : actors.service(account.id);
      const audit: ExecuteOptions =
        uid === undefined ? {} : { audit: { uid, action: 'refund', reasonCode: body.reasonCode, at: now() } };
      const answer = answerOf(await engine.execute(walletId, refundCommand({ walletId, key, actor }, body), audit));
      const { chargeId = body.entryId, credits = 0, balanceAfter } = answer.body;
      return reply(
        201,
        { walletId, entryId: answer.entry.id, chargeId, credits, balance: balanceAfter },
        replayHeaders(answer),
      );
    }),
  ];
}
