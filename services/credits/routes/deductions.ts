/** POST /v1/wallets/{id or me}/deductions. */
import { postDeduction } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import { checkWork, deductCommand } from '../commands.ts';
import { chargeHeaders } from '../outcomes.ts';
import { entryView } from '../views.ts';
import { accountOf, charge, priceOf, type Context } from './context.ts';

export function deductionRoutes(context: Context): Route[] {
  const { principals, actors, now } = context;
  return [
    route(postDeduction, async (request) => {
      const { caller, params, key, body } = request;
      const account = accountOf(caller);
      const work = checkWork(body);
      principals.checkCharge(account, work.operation);
      const walletId = await principals.wallet(caller, params.walletId);
      const perMinuteMax = principals.perMinuteMax(caller, params.walletId);
      const meta = { walletId, key, actor: actors.service(account.id), perMinuteMax };
      const price = await priceOf(context, { type: 'deduct', walletId, key, work }, body.quoteToken);
      const answer = await charge(context, walletId, deductCommand(meta, body, work, price));
      // `request.log` is made when it is first asked for.
      if (body.metadata !== undefined)
        request.log.info({ entryId: answer.entry.id, metadata: body.metadata }, 'deduction');
      const { credits = 0, priceVersion = 0, balanceAfter } = answer.body;
      return reply(
        201,
        {
          walletId,
          entryId: answer.entry.id,
          credits,
          priceVersion,
          entry: entryView(answer.entry, answer.body),
          balance: balanceAfter,
        },
        chargeHeaders(answer, now()),
      );
    }),
  ];
}
