// How soon a wallet's next commit may follow its last where the store is slow (design section 5, Pacing; among processes: turns.ts).
import type { EngineLimits } from './limits.ts';

/** How much shorter each rest is than the one before, times the number of commits in a row that were taken at once. */
const hurryStep = 0.02;
/** At most so much shorter. */
const hurryMax = 0.5;
/** By what share at most a rest is changed by chance, so that processes that rest alike do not come back together. */
const restSpread = 0.04;
/** Where several processes meet: whoever was outrun tries the next slot by this share of a rest early, whoever had it late. */
const rivalShare = 0.1;
/** Own commits for which such a process is remembered. */
const rivalCommits = 8;
/** A retry waits at most so long, in milliseconds, or this share of the time since the first refusal, if that is longer. */
const retryMsMax = 100;
const retryShare = 1 / 8;

/**
 * A slow document takes a commit so long after the one before it and refuses what comes sooner. That time is LEARNED: a
 * commit that lands after refusals tells when the document was ready again. The next one rests as long, and what arrives
 * meanwhile gathers in it instead of failing. Each commit that is taken at once shortens the rest, in growing steps, so it
 * follows a document that becomes faster and is over within some twenty commits.
 *
 * A refused commit is sent again soon, for the document may be ready at any moment; the longer it is refused, the longer the
 * retries wait. If the wallet is found moved meanwhile, another process had the slot, and the next is a rest away: whoever
 * was outrun tries it a bit early and the other, once it was outrun itself, a bit late, so that they take turns.
 *
 * An outage backs off by doubling, full jitter, and says nothing about the document: the first commit that lands ends it.
 */
export class Pacing {
  readonly #limits: EngineLimits;
  readonly #elapsedMs: () => number;
  readonly #random: () => number;
  /** How long after a commit the document takes the next one, as far as is known; 0: at once. */
  #restMs = 0;
  /** When the document is known to have taken its last commit. */
  #takenAt = Number.NEGATIVE_INFINITY;
  /** The first refusal since then, and the last. */
  #refused: { readonly firstAt: number; lastAt: number } | undefined;
  #retryMs = 0;
  /** Another process has had the slot: what is refused now was sent too soon after it. */
  #isOutrun = false;
  /** Own commits until other processes are forgotten. */
  #rivalsFor = 0;
  /** Commits in a row that were taken at once. */
  #streak = 0;
  #outageMs = 0;
  #notBefore = 0;

  constructor(limits: EngineLimits, elapsedMs: () => number, random: () => number) {
    this.#limits = limits;
    this.#elapsedMs = elapsedMs;
    this.#random = random;
  }

  /** The learned rest between two commits, or the upper bound of the wait in an outage, in milliseconds. */
  get gapMs(): number {
    return Math.max(this.#restMs, this.#outageMs);
  }

  /** How long the next commit has to wait, in milliseconds; 0 for a wallet at peace or long idle. */
  waitMs(): number {
    return Math.max(0, Math.ceil(this.#notBefore - this.#elapsedMs()));
  }

  /** A commit has landed that was sent `tookMs` ago. */
  landed(tookMs: number): void {
    const now = this.#elapsedMs();
    if (this.#refused === undefined) this.#hurry();
    else this.#learn(now - tookMs, this.#refused.firstAt);
    this.#outageMs = 0;
    this.#isOutrun = false;
    this.#rivalsFor = Math.max(0, this.#rivalsFor - 1);
    this.#taken(now);
    this.#notBefore = this.#restMs === 0 ? 0 : this.#restedAt();
  }

  /** The document is not ready: the store asked for patience. */
  contended(): void {
    const now = this.#elapsedMs();
    this.#streak = 0;
    if (this.#isOutrun) {
      this.#notBefore = this.#restedAt();
      this.#isOutrun = false;
      return;
    }
    this.#refused ??= { firstAt: now, lastAt: now };
    this.#refused.lastAt = now;
    const mostMs = Math.min(this.#limits.gapMaxMs, Math.max(retryMsMax, (now - this.#refused.firstAt) * retryShare));
    this.#retryMs = Math.min(mostMs, Math.max(this.#limits.gapMinMs, this.#retryMs * 2));
    this.#notBefore = now + this.#retryMs * (1 - this.#random() / 2);
  }

  /** The wallet was read, and somebody else has moved it. Of interest after a refusal: that is whom it was refused for. */
  moved(): void {
    if (this.#refused === undefined) return;
    const at = (this.#refused.lastAt + this.#elapsedMs()) / 2;
    this.#learn(at, this.#refused.firstAt);
    this.#taken(at);
    this.#isOutrun = true;
    this.#rivalsFor = rivalCommits;
  }

  /** The store did not answer, or could not be reached. */
  outage(): void {
    const { gapMinMs, gapMaxMs } = this.#limits;
    this.#outageMs = Math.min(gapMaxMs, Math.max(gapMinMs, this.#outageMs * 2));
    this.#notBefore = this.#elapsedMs() + this.#random() * this.gapMs;
  }

  #hurry(): void {
    this.#streak += 1;
    this.#rest(this.#restMs * (1 - Math.min(hurryMax, hurryStep * this.#streak)));
  }

  /** The document was ready at `at`. A wallet that had been idle was not refused for its own last commit. */
  #learn(at: number, firstRefusedAt: number): void {
    const wasIdle = firstRefusedAt - this.#takenAt > 2 * this.#limits.gapMaxMs;
    this.#rest(at - (wasIdle ? firstRefusedAt : this.#takenAt));
    this.#streak = 0;
  }

  #rest(ms: number): void {
    this.#restMs = ms <= this.#limits.gapMinMs ? 0 : Math.min(this.#limits.gapMaxMs, ms);
  }

  #taken(at: number): void {
    this.#takenAt = at;
    this.#refused = undefined;
    this.#retryMs = 0;
  }

  /** When to try the next slot. Were all to try it at once, whoever had the last one, who knows best when, would have all. */
  #restedAt(): number {
    const spread = restSpread * this.#random();
    const fromTaken = this.#isOutrun
      ? 1 - rivalShare - spread
      : this.#rivalsFor > 0
        ? 1 + rivalShare + spread
        : 1 - spread;
    return this.#takenAt + this.#restMs * fromTaken;
  }
}
