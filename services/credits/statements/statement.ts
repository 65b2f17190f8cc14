/**
 * A statement before it is written: which entries, what stood before them, and the entries themselves, page by page. An
 * entry is immutable and the last one is fixed at the beginning, so a statement is one moment's, however long it takes.
 */
import { genesis, parseEntry, type BalanceAfter, type Entry } from '@reelbanana/ledger';
import { invalid } from '@reelbanana/service-kit';
import type { Checkpoint, LastCheckpoint, LedgerAccess } from '../ports.ts';
import { walletNotFound } from '../principals.ts';

/** A month of UTC, or a range of seq, both ends included. */
export type Period =
  { readonly month: string } | { readonly fromSeq: number; readonly toSeq: number; readonly month?: undefined };

export interface Statement {
  readonly walletId: string;
  readonly env: string;
  readonly month?: string;
  readonly fromSeq: number;
  /** fromSeq - 1 where there is no entry. */
  readonly toSeq: number;
  readonly prevHash: string;
  readonly opening: BalanceAfter;
  readonly checkpoint: Checkpoint | null;
  /** Oldest first. Throws where one is missing: a history with a hole is not to be shown as whole. */
  readonly entries: AsyncIterable<Entry>;
}

/** One run of 8 of the index' 16 shards: some 400 KB in memory. */
const pageMax = 512;
const loadMsMax = 10_000;

export interface StatementOptions {
  readonly ledger: LedgerAccess;
  readonly lastCheckpoint: LastCheckpoint;
  readonly now: () => number;
}

/**
 * Finds a period's entries. Throws WALLET_NOT_FOUND; VALIDATION_FAILED for a month that has not begun and a range that goes
 * beyond the history.
 */
export async function openStatement(
  { ledger, lastCheckpoint, now }: StatementOptions,
  walletId: string,
  period: Period,
): Promise<Statement> {
  const stored = await ledger.store.load(walletId, loadMsMax);
  if (stored === null) throw walletNotFound();
  const { seq: head, env } = stored.wallet;
  const { fromSeq, toSeq } =
    period.month === undefined
      ? withinHistory(period, head)
      : await seqsOfMonth(ledger, walletId, period.month, head, now());
  const before = fromSeq === 1 ? undefined : (await ledger.entries.range(walletId, fromSeq - 1, fromSeq - 1))[0];
  if (fromSeq > 1 && before === undefined) throw missing(walletId, fromSeq - 1);
  return {
    walletId,
    env,
    ...(period.month === undefined ? {} : { month: period.month }),
    fromSeq,
    toSeq,
    prevHash: before?.hash ?? genesis(env, walletId),
    opening: before === undefined ? { available: 0, held: 0, debt: 0 } : parseEntry(before).balanceAfter,
    checkpoint: await lastCheckpoint(walletId),
    entries: entriesOf(ledger, walletId, fromSeq, toSeq),
  };
}

function withinHistory(range: { readonly fromSeq: number; readonly toSeq: number }, head: number) {
  const beyond = (['fromSeq', 'toSeq'] as const).filter((name) => range[name] > head);
  const message = `lies beyond the history of ${head} entries`;
  if (beyond.length > 0) throw invalid(beyond.map((name) => ({ path: `query.${name}`, message })));
  return range;
}

/**
 * A month has the entries that were created in it. Not by `effectiveAt`: what time decided on the last evening is often
 * written days later, with the wallet's next command, and would change a month that is over.
 */
async function seqsOfMonth({ entries }: LedgerAccess, walletId: string, month: string, head: number, now: number) {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const [begin, end] = [Date.UTC(year, number - 1), Date.UTC(year, number)];
  if (begin > now) throw invalid([{ path: 'query.month', message: 'has not begun' }]);
  const next = await entries.firstSince(walletId, end, head);
  return { fromSeq: await entries.firstSince(walletId, begin, next - 1), toSeq: next - 1 };
}

async function* entriesOf({ entries }: LedgerAccess, walletId: string, fromSeq: number, toSeq: number) {
  for (let from = fromSeq; from <= toSeq; from += pageMax) {
    const page = await entries.range(walletId, from, Math.min(toSeq, from + pageMax - 1));
    let seq = from;
    for (const entry of page.toReversed()) {
      if (entry.seq !== seq) throw missing(walletId, seq);
      seq += 1;
      yield entry;
    }
    if (seq !== Math.min(toSeq + 1, from + pageMax)) throw missing(walletId, seq);
  }
}

const missing = (walletId: string, seq: number): Error => new Error(`entry ${seq} of wallet ${walletId} is missing`);
