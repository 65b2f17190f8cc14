/** POST /v1/wallets/{id or me}/holds, .../holds/{holdId}/extend and /release. */
import { postExtend, postHold, postRelease } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import { checkWork, extendCommand, releaseCommand, reserveCommand } from '../commands.ts';
import { answerOf, chargeHeaders, replayHeaders } from '../outcomes.ts';
import { creditsUnheld } from '../views.ts';
import { accountOf, charge, checkHoldId, priceOf, type Context } from './context.ts';

export function holdRoutes(context: Context): Route[] {
  const { engine, principals, actors, now } = context;
  return [
    route(postHold, async ({ caller, params, key, body }) => {
      const account = accountOf(caller);
      const work = checkWork(body);
      principals.checkCharge(account, work.operation);
      const walletId = await principals.wallet(caller, params.walletId);
      const perMinuteMax = principals.perMinuteMax(caller, params.walletId);
      const meta = { walletId, key, actor: actors.service(account.id), perMinuteMax };
      const price = await priceOf(context, { type: 'reserve', walletId, key, work }, body.quoteToken);
      const answer = await charge(context, walletId, reserveCommand(meta, body, work, price));
      const { credits = 0, priceVersion = 0, expiresAt = 0, balanceAfter } = answer.body;
      const { holdState = 'open', settledCredits } = answer;
      return reply(
        201,
        {
          walletId,
          holdId: answer.entry.id,
          credits,
          priceVersion,
          expiresAt,
          state: holdState,
          ...(settledCredits === undefined ? {} : { settledCredits }),
          balance: balanceAfter,
        },
        chargeHeaders(answer, now()),
      );
    }),

    route(postExtend, async ({ caller, params, key, body }) => {
      const walletId = await principals.walletOfHold(caller, params.walletId);
      const holdId = checkHoldId(params.holdId);
      const meta = { walletId, key, actor: actors.service(accountOf(caller).id) };
      const answer = answerOf(await engine.execute(walletId, extendCommand(meta, holdId, body)));
      const { expiresAt = 0, balanceAfter } = answer.body;
      return reply(200, { walletId, holdId, expiresAt, balance: balanceAfter }, replayHeaders(answer));
    }),

    route(postRelease, async ({ caller, params, key, body }) => {
      const walletId = await principals.walletOfHold(caller, params.walletId);
      const holdId = checkHoldId(params.holdId);
      const meta = { walletId, key, actor: actors.service(accountOf(caller).id) };
      const answer = answerOf(await engine.execute(walletId, releaseCommand(meta, holdId, body)));
      return reply(
        200,
        { walletId, holdId, credits: creditsUnheld(answer.body), balance: answer.body.balanceAfter },
        replayHeaders(answer),
      );
    }),
  ];
}
