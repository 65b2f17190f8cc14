// The lanes of all wallets, least recently used first out, bounded in wallets and in what is remembered of them.
import { Lane } from './lane.ts';
import type { EngineLimits } from './limits.ts';
import { Pacing } from './pacing.ts';
import { Turns } from './turns.ts';

/**
 * The share of the bounds that is made free at a time: to find the oldest, a map walks over all that was dropped or used
 * since, so it is asked once for many. (An iterator that is kept would hold every table that the map has outgrown.)
 */
const roomShare = 0.01;

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
    if (this.#fitsIn(1)) return;
    for (const other of this.#lanes.values()) {
      if (this.#fitsIn(1 - roomShare)) return;
      if (!this.#isHeld(other)) this.#drop(other);
    }
  }

  /** Whether what is remembered fits into this share of the bounds. */
  #fitsIn(share: number): boolean {
    const { walletsMax, recentMax } = this.#limits;
    return this.#lanes.size <= Math.ceil(walletsMax * share) && this.#recent <= Math.ceil(recentMax * share);
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
