// Counts what was committed here and writes it down every few seconds. Counters are for charts, never for balances: they
// may be low after a crash (`kill -9` loses what was not flushed) or an unknown outcome, and never count anything twice.
// `reconcile` will rebuild them from the entries.
import { loadOwnerPrefix } from '@reelbanana/catalog';
import { UnknownOutcome, type LedgerStore, type WalletCommit } from '../port.ts';
import { hostTimers, type Timers } from '../scheduler.ts';
import { addCounts, usageOf, type Counts } from './counts.ts';

export interface UsageCounterOptions {
  /** Adds to the counters of days, all or nothing. */
  readonly write: (days: ReadonlyMap<string, Counts>, deadlineMs: number) => Promise<void>;
  readonly timers?: Timers;
  /** Told of every flush that failed; `isLost`: what it held is not written again, because it may have been written. */
  readonly onFailure?: (error: unknown, isLost: boolean) => void;
}

export const flushMs = 5_000;
const writeMsMax = 2_000;

export class UsageCounter {
  readonly #options: UsageCounterOptions;
  readonly #timers: Timers;
  #days = new Map<string, Map<string, number>>();
  #alarm: unknown;
  #flushing: Promise<void> | undefined;

  constructor(options: UsageCounterOptions) {
    this.#options = options;
    this.#timers = options.timers ?? hostTimers;
  }

  /** Counts a commit that has landed. Load wallets count for nothing: nobody paid, and nobody used anything. */
  count(lane: readonly WalletCommit[]): void {
    for (const { wallet, entries } of lane) {
      if (wallet.owner.id.startsWith(loadOwnerPrefix)) continue;
      for (const entry of entries) {
        const { day, counts } = usageOf(entry);
        this.#add(day, counts);
      }
    }
    if (this.#days.size > 0) this.#schedule();
  }

  /** Writes what was counted so far. Never rejects; what certainly was not written stays for the next flush. */
  async flush(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
    if (this.#days.size === 0) return;
    this.#flushing = this.#write();
    await this.#flushing;
  }

  #add(day: string, counts: Counts): void {
    const sums = this.#days.get(day) ?? new Map<string, number>();
    this.#days.set(day, sums);
    addCounts(sums, counts);
  }

  /** On Cloud Run, whose CPU rests between requests, the alarm may ring with the next one. */
  #schedule(): void {
    this.#alarm ??= this.#timers.setTimeout(() => void this.flush(), flushMs);
  }

  async #write(): Promise<void> {
    this.#timers.clearTimeout(this.#alarm);
    this.#alarm = undefined;
    const days = this.#days;
    this.#days = new Map();
    try {
      await this.#options.write(days, writeMsMax);
    } catch (error) {
      const isLost = error instanceof UnknownOutcome;
      if (!isLost) for (const [day, counts] of days) this.#add(day, counts);
      this.#options.onFailure?.(error, isLost);
      if (this.#days.size > 0) this.#schedule();
    } finally {
      this.#flushing = undefined;
    }
  }
}

/** The store, with every commit that lands counted. */
export function countUsage(store: LedgerStore, counter: UsageCounter): LedgerStore {
  return {
    load: (walletId, deadlineMs) => store.load(walletId, deadlineMs),
    find: (walletId, ids, deadlineMs) => store.find(walletId, ids, deadlineMs),
    facts: (walletId, ids, deadlineMs) => store.facts(walletId, ids, deadlineMs),
    async commit(lane, deadlineMs) {
      const versions = await store.commit(lane, deadlineMs);
      counter.count(lane);
      return versions;
    },
  };
}
