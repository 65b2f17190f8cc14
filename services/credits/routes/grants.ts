/** POST /v1/wallets/{id}/grants: a bonus from an administrator, with an audit record in the same commit. */
import type { Actor } from '@reelbanana/ledger';
import type { ExecuteOptions } from '@reelbanana/ledger-firestore';
import { postGrant } from '@reelbanana/metering/contract';
import { reply, route, type Caller, type Route } from '@reelbanana/service-kit';
import { grantCommand } from '../commands.ts';
import { answerOf, replayHeaders } from '../outcomes.ts';
import { accountOf, type Context } from './context.ts';

export function grantRoutes({ engine, principals, actors, now }: Context): Route[] {
  const actorOf = (caller: Caller): Actor =>
    caller.user?.admin === true && caller.account === undefined
      ? actors.admin(caller.user.uid)
      : actors.service(accountOf(caller).id);

  return [
    route(postGrant, async ({ caller, params, key, body }) => {
      principals.checkGrant(caller);
      const walletId = await principals.wallet(caller, params.walletId);
      const actor = actorOf(caller);
      const audit: ExecuteOptions =
        actor.kind === 'admin' && caller.user !== undefined
          ? { audit: { uid: caller.user.uid, action: 'grant', reasonCode: body.reasonCode, at: now() } }
          : {};
      const answer = answerOf(
        await engine.execute(walletId, grantCommand({ walletId, key, actor }, body, now()), audit),
      );
      const { grant, balanceAfter } = answer.body;
      return reply(
        201,
        {
          walletId,
          grantId: answer.entry.id,
          credits: grant?.credits ?? 0,
          ...(grant?.expiresAt === undefined ? {} : { expiresAt: grant.expiresAt }),
          balance: balanceAfter,
        },
        replayHeaders(answer),
      );
    }),
  ];
}
