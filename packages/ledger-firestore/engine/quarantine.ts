// Wallets that share no commit for a while, because a shared commit would fail with them and take the others' time.
import type { Timers } from '../scheduler.ts';

interface Term {
  readonly until: number;
  /** One of several that may have been the cause: its first clean commit sets it free. */
  readonly isSuspect: boolean;
}

export class Quarantine {
  /** In the order of their ends, as every term is equally long. */
  readonly #terms = new Map<string, Term>();
  readonly #timers: Timers;
  readonly #termMs: number;

  constructor(timers: Timers, termMs: number) {
    this.#timers = timers;
    this.#termMs = termMs;
  }

  /** Wallets in it, those whose term has ended since the last `add` included. */
  get size(): number {
    return this.#terms.size;
  }

  has(walletId: string): boolean {
    const term = this.#terms.get(walletId);
    return term !== undefined && term.until > this.#timers.elapsedMs();
  }

  /** Begins a term, or begins it anew. */
  add(walletId: string, { isSuspect }: { readonly isSuspect: boolean }): void {
    const now = this.#timers.elapsedMs();
    for (const [id, { until }] of this.#terms) {
      if (until > now) break;
      this.#terms.delete(id);
    }
    this.#terms.delete(walletId);
    this.#terms.set(walletId, { until: now + this.#termMs, isSuspect });
  }

  /** A commit of this wallet alone has landed at the first attempt. */
  cleared(walletId: string): void {
    if (this.#terms.get(walletId)?.isSuspect === true) this.#terms.delete(walletId);
  }
}
