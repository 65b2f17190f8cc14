// How soon a wallet's next commit may follow its last (design section 5, Pacing).
import type { EngineLimits } from './limits.ts';

/**
 * The gap doubles on contention and shrinks by a fixed step with each clean commit, so that a hot wallet's batches grow
 * instead of its errors, and several processes share it. The wait is drawn from [0, gap) (full jitter), or two processes
 * that collided once would collide again.
 */
export class Pacing {
  readonly #limits: EngineLimits;
  readonly #now: () => number;
  readonly #random: () => number;
  #gapMs = 0;
  #notBefore = 0;

  constructor(limits: EngineLimits, now: () => number, random: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#random = random;
  }

  /** The upper bound of the wait between two commits, in milliseconds. */
  get gapMs(): number {
    return this.#gapMs;
  }

  /** How long the next commit has to wait, in milliseconds; 0 for a wallet at peace or long idle. */
  waitMs(): number {
    return Math.max(0, Math.ceil(this.#notBefore - this.#now()));
  }

  /** A commit landed at the first attempt. */
  clean(): void {
    this.#gapMs = Math.max(0, this.#gapMs - this.#limits.gapStepMs);
    this.#rest();
  }

  /** Somebody else's commit was faster, or the store asked for patience. */
  contended(): void {
    this.#gapMs = Math.min(this.#limits.gapMaxMs, Math.max(this.#limits.gapMinMs, this.#gapMs * 2));
    this.#rest();
  }

  #rest(): void {
    this.#notBefore = this.#gapMs === 0 ? 0 : this.#now() + this.#random() * this.#gapMs;
  }
}
