// How soon a wallet's next commit may follow its last where the store is slow (design section 5, Pacing; among processes: turns.ts).
import type { EngineLimits } from './limits.ts';

/**
 * The gap doubles on contention and shrinks by a fixed step with each clean commit, so that a hot wallet's batches grow
 * instead of its errors. The wait is drawn from [0, gap) (full jitter), or two processes
 * that collided once would collide again.
 *
 * An outage backs off by the same steps but says nothing about other writers: the first commit that lands ends it. Else a
 * wallet would pay for a stall of a second with half a second a commit, for hundreds of commits.
 */
export class Pacing {
  readonly #limits: EngineLimits;
  readonly #elapsedMs: () => number;
  readonly #random: () => number;
  #gapMs = 0;
  #outageMs = 0;
  #notBefore = 0;

  constructor(limits: EngineLimits, elapsedMs: () => number, random: () => number) {
    this.#limits = limits;
    this.#elapsedMs = elapsedMs;
    this.#random = random;
  }

  /** The upper bound of the wait between two commits, in milliseconds. */
  get gapMs(): number {
    return Math.max(this.#gapMs, this.#outageMs);
  }

  /** How long the next commit has to wait, in milliseconds; 0 for a wallet at peace or long idle. */
  waitMs(): number {
    return Math.max(0, Math.ceil(this.#notBefore - this.#elapsedMs()));
  }

  /** A commit landed at the first attempt. */
  clean(): void {
    this.#gapMs = Math.max(0, this.#gapMs - this.#limits.gapStepMs);
    this.#outageMs = 0;
    this.#rest();
  }

  /** The store asked for patience. */
  contended(): void {
    this.#gapMs = this.#doubled(this.#gapMs);
    this.#rest();
  }

  /** The store did not answer, or could not be reached. */
  outage(): void {
    this.#outageMs = this.#doubled(this.#outageMs);
    this.#rest();
  }

  #doubled(gapMs: number): number {
    return Math.min(this.#limits.gapMaxMs, Math.max(this.#limits.gapMinMs, gapMs * 2));
  }

  #rest(): void {
    this.#notBefore = this.gapMs === 0 ? 0 : this.#elapsedMs() + this.#random() * this.gapMs;
  }
}
