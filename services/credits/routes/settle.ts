/**
 * POST .../holds/{holdId}/settle. Up to the hold it needs nothing but the command. Above it, and after the hold's time,
 * the operation's maximum price bounds it; that follows from the reserve's entry, which is read for them alone: a settle
 * as it should be costs no read.
 */
import type { OperationId } from '@reelbanana/catalog';
import { parseEntry } from '@reelbanana/ledger';
import type { Outcome } from '@reelbanana/ledger-firestore';
import { postSettle, type SettleInput } from '@reelbanana/metering/contract';
import { reply, route, type Route } from '@reelbanana/service-kit';
import { boundsOf, checkParams, priceAt, settleCommand, type Meta } from '../commands.ts';
import { answerOf, replayHeaders } from '../outcomes.ts';
import { walletNotFound } from '../principals.ts';
import { accountOf, checkHoldId, holdNotFound, type Context } from './context.ts';

/** For the one read of a reserve. */
const findMsMax = 5_000;

export function settleRoutes(context: Context): Route[] {
  const { principals, actors } = context;
  return [
    route(postSettle, async ({ caller, params, key, body }) => {
      const walletId = await principals.walletOfHold(caller, params.walletId);
      const holdId = checkHoldId(params.holdId);
      const meta = { walletId, key, actor: actors.service(accountOf(caller).id) };
      const answer = answerOf(await settle(context, meta, holdId, body), body.params === undefined ? {} : byParams);
      const { credits = 0, shortfall, balanceAfter } = answer.body;
      return reply(
        200,
        { walletId, holdId, credits, ...(shortfall === undefined ? {} : { shortfall }), balance: balanceAfter },
        replayHeaders(answer),
      );
    }),
  ];
}

/** Who sent parameters is told about them. */
const byParams = { credits: 'params' };

async function settle(context: Context, meta: Meta, holdId: string, body: SettleInput): Promise<Outcome> {
  const { engine, priceBook } = context;
  const { walletId } = meta;
  if (body.params !== undefined) {
    const work = await reserved(context, walletId, holdId);
    if (work === undefined) throw (await engine.wallet(walletId)) === null ? walletNotFound() : holdNotFound();
    const { operation, version } = work;
    const { credits } = priceAt(priceBook, { operation, params: checkParams(operation, body.params) }, version);
    const command = settleCommand(meta, holdId, body, credits, boundsOf(priceBook, operation, version));
    return engine.execute(walletId, command);
  }
  const outcome = await engine.execute(walletId, settleCommand(meta, holdId, body, body.credits));
  if (!isBounded(outcome)) return outcome;
  const work = await reserved(context, walletId, holdId);
  if (work === undefined) return outcome;
  const bounds = boundsOf(priceBook, work.operation, work.version);
  return engine.execute(walletId, settleCommand(meta, holdId, body, body.credits, bounds));
}

/** Refused for want of the maximum price: it is more than the hold, or it comes after the hold's time. */
const isBounded = (outcome: Outcome): boolean =>
  outcome.kind === 'rejected' && ['VALIDATION_FAILED', 'HOLD_EXPIRED'].includes(outcome.rejection.code);

/** What was reserved; undefined where the wallet has no such hold. */
async function reserved({ ledger }: Context, walletId: string, holdId: string) {
  const entry = (await ledger.store.find(walletId, [holdId], findMsMax)).get(holdId);
  const body = entry === undefined || entry === null ? undefined : parseEntry(entry);
  if (body?.type !== 'reserve' || body.priceVersion === undefined) return undefined;
  // It was reserved for an operation of the catalog, and operations are never taken out of it.
  return { operation: body.operation as OperationId, version: body.priceVersion };
}
