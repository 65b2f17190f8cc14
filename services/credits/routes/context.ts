/** What the routes share. */
import { entryId } from '@reelbanana/metering/contract';
import { Problem, type Account, type Caller, type Telemetry, type User } from '@reelbanana/service-kit';
import {
  keyId,
  type Answer,
  type DeductCommand,
  type Price,
  type PriceBook,
  type ReserveCommand,
} from '@reelbanana/ledger';
import type { Outcome } from '@reelbanana/ledger-firestore';
import { priceNow, type Work } from '../commands.ts';
import { answerOf } from '../outcomes.ts';
import type { CommandEngine, LastCheckpoint, LedgerAccess } from '../ports.ts';
import type { Principals } from '../principals.ts';
import type { Actors } from '../pseudonym.ts';
import type { Quotes } from '../quotes.ts';

export interface Context {
  readonly ledger: LedgerAccess;
  readonly engine: CommandEngine;
  readonly principals: Principals;
  readonly actors: Actors;
  readonly quotes: Quotes;
  readonly priceBook: PriceBook;
  readonly telemetry: Telemetry;
  readonly lastCheckpoint: LastCheckpoint;
  readonly instance: Instance;
  readonly now: () => number;
}

/** What this process knows of itself. */
export interface Instance {
  readonly service: string;
  readonly revision?: string | undefined;
  /** Rejects if the store does not answer. */
  readonly ready: () => Promise<void>;
}

/** The account of a route that only accounts reach; the app factory has seen to it. */
export function accountOf({ account }: Caller): Account {
  if (account === undefined) throw new Error('a service route without an account');
  return account;
}

/** The administrator of a route that only administrators reach; the app factory has seen to it. */
export function adminOf({ user }: Caller): User {
  if (user?.admin !== true) throw new Error('an admin route without an administrator');
  return user;
}

export const holdNotFound = (): Problem => new Problem('HOLD_NOT_FOUND', 'The wallet has no such hold.');

/** What cannot be an id is no hold; it must not reach a document path either. */
export function checkHoldId(holdId: string): string {
  if (!entryId.safeParse(holdId).success) throw holdNotFound();
  return holdId;
}

/** For the read that an expired quote costs. */
const findMsMax = 5_000;

interface Charge {
  readonly type: 'deduct' | 'reserve';
  readonly walletId: string;
  readonly key: string;
  readonly work: Work;
}

/**
 * The price now, or the quote's while it lasts. A quote that has run out since is still good for the answer to a request
 * that was charged in time: a repeat must not be told otherwise. Throws QUOTE_INVALID, QUOTE_EXPIRED.
 */
export async function priceOf(context: Context, charged: Charge, quoteToken: string | undefined): Promise<Price> {
  const { quotes, priceBook, ledger, now } = context;
  const { type, walletId, key, work } = charged;
  if (quoteToken === undefined) return priceNow(priceBook, work, now());
  const { credits, version, exp } = quotes.read(quoteToken, walletId, work);
  if (exp <= now()) {
    const id = keyId(walletId, type, key);
    const isRepeat = Boolean((await ledger.store.find(walletId, [id], findMsMax)).get(id));
    if (!isRepeat) {
      const detail = 'The quote has expired: ask for a new one, and send it with the same key';
      throw new Problem('QUOTE_EXPIRED', detail, { expiresAt: exp });
    }
  }
  return { credits, priceVersion: version };
}

/** Executes a reserve or a deduction, timed and counted. */
export async function charge(
  { engine, telemetry }: Context,
  walletId: string,
  command: ReserveCommand | DeductCommand,
): Promise<Answer> {
  const startedAtMs = performance.now();
  let outcome: Outcome | undefined;
  try {
    outcome = await engine.execute(walletId, command);
  } finally {
    telemetry.count('wallet_deductions_total', { outcome: outcomeLabel(outcome) });
    telemetry.observe('wallet_deduct_seconds', {}, (performance.now() - startedAtMs) / 1000);
  }
  return answerOf(outcome);
}

type OutcomeLabel = 'ok' | 'insufficient' | 'duplicate' | 'conflict' | 'error';

/** ok: charged or held now. duplicate: the key was used before. conflict: any other rule said no. error: we failed. */
export function outcomeLabel(outcome: Outcome | undefined): OutcomeLabel {
  switch (outcome?.kind) {
    case 'answer':
      return outcome.answer.replayed ? 'duplicate' : 'ok';
    case 'rejected':
      if (outcome.rejection.code === 'INSUFFICIENT_CREDITS') return 'insufficient';
      return outcome.rejection.code === 'DUPLICATE_OPERATION' ? 'duplicate' : 'conflict';
    case 'unknownWallet':
      return 'conflict';
    default:
      return 'error';
  }
}
