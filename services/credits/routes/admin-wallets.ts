/** PATCH /v1/admin/wallets/{id}: what a wallet may do, set by an administrator, with an audit record in the same commit. */
import { patchAdminWallet } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import { configureCommand } from '../commands.ts';
import { answerOf, replayHeaders } from '../outcomes.ts';
import { adminOf, type Context } from './context.ts';

export function adminWalletRoutes({ engine, principals, actors, now }: Context): Route[] {
  return [
    route(patchAdminWallet, async ({ caller, params, key, body }) => {
      const { uid } = adminOf(caller);
      const walletId = await principals.wallet(caller, params.walletId);
      const { reasonCode, note } = body;
      const audit = { uid, action: 'configure', reasonCode, note, at: now() };
      const command = configureCommand({ walletId, key, actor: actors.admin(uid) }, body);
      const answer = answerOf(await engine.execute(walletId, command, { audit }));
      const { configure = {}, balanceAfter } = answer.body;
      return reply(
        200,
        { walletId, entryId: answer.entry.id, changed: configure, balance: balanceAfter },
        replayHeaders(answer),
      );
    }),
  ];
}
