/** POST /v1/wallets/{id or me}/holds, .../holds/{holdId}/settle, /extend and /release. */
import type { OperationId } from '@reelbanana/catalog';
import { parseEntry } from '@reelbanana/ledger';
import { entryId, postExtend, postHold, postRelease, postSettle } from '@reelbanana/metering/contract';
import { Problem, reply, route, type Route } from '@reelbanana/service-kit';
import {
  checkParams,
  checkWork,
  extendCommand,
  priceAt,
  priceNow,
  releaseCommand,
  reserveCommand,
  settleCommand,
} from '../commands.ts';
import { answerOf, replayHeaders } from '../outcomes.ts';
import { walletNotFound } from '../principals.ts';
import { creditsUnheld } from '../views.ts';
import { accountOf, charge, type Context } from './context.ts';

/** For the one read that a settle by parameters makes. */
const findMsMax = 5_000;

export function holdRoutes(context: Context): Route[] {
  const { engine, principals, actors, priceBook, now } = context;
  return [
    route(postHold, async ({ caller, params, key, body }) => {
      const account = accountOf(caller);
      const work = checkWork(body);
      principals.checkCharge(account, work.operation);
      const walletId = await principals.wallet(caller, params.walletId);
      const meta = { walletId, key, actor: actors.service(account.id) };
      const answer = await charge(
        context,
        walletId,
        reserveCommand(meta, body, work, priceNow(priceBook, work, now())),
      );
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
        replayHeaders(answer),
      );
    }),

    route(postSettle, async ({ caller, params, key, body }) => {
      const walletId = await principals.walletOfHold(caller, params.walletId);
      const holdId = checkHoldId(params.holdId);
      const meta = { walletId, key, actor: actors.service(accountOf(caller).id) };
      const credits = body.params === undefined ? body.credits : await costOf(context, walletId, holdId, body.params);
      const answer = answerOf(await engine.execute(walletId, settleCommand(meta, holdId, body, credits)));
      return reply(
        200,
        { walletId, holdId, credits: answer.body.credits ?? 0, balance: answer.body.balanceAfter },
        replayHeaders(answer),
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

const holdNotFound = (): Problem => new Problem('HOLD_NOT_FOUND', 'The wallet has no such hold.');

/** What cannot be an id is no hold; it must not reach a document path either. */
function checkHoldId(holdId: string): string {
  if (!entryId.safeParse(holdId).success) throw holdNotFound();
  return holdId;
}

/** The cost of the work that was really done, at the price that was fixed when it was reserved. */
async function costOf(
  { engine, ledger, priceBook }: Context,
  walletId: string,
  holdId: string,
  params: unknown,
): Promise<number> {
  const reserve = (await ledger.store.find(walletId, [holdId], findMsMax)).get(holdId);
  const body = reserve === undefined || reserve === null ? undefined : parseEntry(reserve);
  if (body?.type !== 'reserve' || body.priceVersion === undefined)
    throw (await engine.wallet(walletId)) === null ? walletNotFound() : holdNotFound();
  // It was reserved for an operation of the catalog, and operations are never taken out of it.
  const operation = body.operation as OperationId;
  return priceAt(priceBook, { operation, params: checkParams(operation, params) }, body.priceVersion).credits;
}
