/**
 * POST .../holds/{holdId}/settle. Up to the hold it needs nothing but the command. Above it, and after the hold's time,
 * the operation's maximum price bounds it; that follows from the reserve's entry, which is read for them alone: a settle
 * as it should be costs no read. In a batch it is read first, so that a settle asks once and none has to wait for another.
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

export interface SettleOptions {
  /** Read the reserve before asking, where it is there already. */
  readonly readsFirst?: boolean;
}

export function settleRoutes(context: Context, { readsFirst = false }: SettleOptions = {}): Route[] {
  const { principals, actors } = context;
  return [
    route(postSettle, async ({ caller, params, key, body }) => {
      const walletId = await principals.walletOfHold(caller, params.walletId);
      const holdId = checkHoldId(params.holdId);
      const meta = { walletId, key, actor: actors.service(accountOf(caller).id) };
      const outcome = await settle(context, meta, holdId, body, readsFirst);
      const answer = answerOf(outcome, body.params === undefined ? {} : byParams);
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

async function settle(
  context: Context,
  meta: Meta,
  holdId: string,
  body: SettleInput,
  readsFirst: boolean,
): Promise<Outcome> {
  const { engine, priceBook } = context;
  const { walletId } = meta;
  const bounded = ({ operation, version }: Reserved, credits: number | undefined): Promise<Outcome> =>
    engine.execute(walletId, settleCommand(meta, holdId, body, credits, boundsOf(priceBook, operation, version)));
  const byParameters = body.params !== undefined;
  const known = byParameters || readsFirst ? await reserved(context, walletId, holdId) : undefined;
  if (byParameters) {
    if (known === undefined) throw (await engine.wallet(walletId)) === null ? walletNotFound() : holdNotFound();
    const { operation, version } = known;
    return bounded(
      known,
      priceAt(priceBook, { operation, params: checkParams(operation, body.params) }, version).credits,
    );
  }
  if (known !== undefined) return bounded(known, body.credits);
  const outcome = await engine.execute(walletId, settleCommand(meta, holdId, body, body.credits));
  if (!isBounded(outcome)) return outcome;
  const work = await reserved(context, walletId, holdId);
  return work === undefined ? outcome : bounded(work, body.credits);
}

/** Refused for want of the maximum price: it is more than the hold, or it comes after the hold's time. */
const isBounded = (outcome: Outcome): boolean =>
  outcome.kind === 'rejected' && ['VALIDATION_FAILED', 'HOLD_EXPIRED'].includes(outcome.rejection.code);

interface Reserved {
  readonly operation: OperationId;
  readonly version: number;
}

/** What was reserved; undefined where the wallet has no such hold. */
async function reserved({ ledger }: Context, walletId: string, holdId: string): Promise<Reserved | undefined> {
  const entry = (await ledger.store.find(walletId, [holdId], findMsMax)).get(holdId);
  const body = entry === undefined || entry === null ? undefined : parseEntry(entry);
  if (body?.type !== 'reserve' || body.priceVersion === undefined) return undefined;
  // It was reserved for an operation of the catalog, and operations are never taken out of it.
  return { operation: body.operation as OperationId, version: body.priceVersion };
}
