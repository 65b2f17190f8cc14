// The lanes of all wallets, least recently used first out, bounded in wallets and in what is remembered of them.
import { Lane } from './lane.ts';
import type { EngineLimits } from './limits.ts';
import { Pacing } from './pacing.ts';
import { Turns } from './turns.ts';

export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  readonly #limits: EngineLimits;
  readonly #elapsedMs: () => number;
  readonly #random: () => number;
  readonly #counted = new Map<Lane, number>();
  #recent = 0;

  constructor(limits: EngineLimits, elapsedMs: () => number, random: () => number) {
    this.#limits = limits;
    this.#elapsedMs = elapsedMs;
    this.#random = random;
  }

  /** Wallets remembered. */
  get size(): number {
    return this.#lanes.size;
  }

  /** Entries and facts remembered. */
  get recent(): number {
    return this.#recent;
  }

  /** The lane of a wallet, made if need be, now the most recently used. */
  of(walletId: string): Lane {
    const lane = this.#lanes.get(walletId) ?? this.#made(walletId);
    this.#lanes.delete(walletId);
    this.#lanes.set(walletId, lane);
    return lane;
  }

  #made(walletId: string): Lane {
    const pacing = new Pacing(this.#limits, this.#elapsedMs, this.#random);
    return new Lane(walletId, pacing, new Turns(this.#elapsedMs, this.#random));
  }

  /** Counts what a lane remembers after a round, and makes room. */
  settle(lane: Lane): void {
    lane.trim(this.#limits.recentPerWalletMax);
    this.#recent += lane.remembered - (this.#counted.get(lane) ?? 0);
    this.#counted.set(lane, lane.remembered);
    for (const other of this.#lanes.values()) {
      if (this.#lanes.size <= this.#limits.walletsMax && this.#recent <= this.#limits.recentMax) return;
      if (!this.#isHeld(other)) this.#drop(other);
    }
  }

  /** Busy, or waited for, or with an outcome that a later refusal must still know of. */
  #isHeld(lane: Lane): boolean {
    return lane.busy || lane.waiting > 0 || lane.isHaunted(this.#elapsedMs(), this.#limits);
  }

  #drop(lane: Lane): void {
    this.#lanes.delete(lane.walletId);
    this.#recent -= this.#counted.get(lane) ?? 0;
    this.#counted.delete(lane);
  }
}
