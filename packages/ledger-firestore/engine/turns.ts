// Whose turn it is on a wallet that several processes write (design section 5, Pacing).
//
// Commits of one wallet come one after the other, whoever sends them: each is guarded by the version that the one before it
// made. Whoever has just landed one knows the next version at once, while any other must read it first, and so comes too
// late, again and again; and the winner never learns of it, because it never conflicts. Hence three rules:
//   - Whoever knows of rivals lets as many of their commits pass as there are rivals before its own next one.
//   - Whoever keeps losing watches the wallet instead of throwing commits at it, and goes between two of them.
//   - Everybody stands still now and then for as long as a newcomer needs to get in.
// Rivals are forgotten when the wallet no longer moves without us. Nothing is written for any of this.

/** Own commits between two moments of standing still: 1.6 % of a hot wallet's rate, and less than 1 % of its commits. */
const stillEvery = 128;
/** How long one stands still, in commits: the time to notice it, and to read and commit. */
const stillTrips = 2;
/** How long a rival is waited for, in commits, and by how much that differs: two who give up at once would collide. */
const patienceTrips = 5;
const patienceSpread = 0.5;
const othersMax = 8;
/** Commits lost in a row before one watches: the first are due to chance, or to a state that was simply old. */
const lossesMax = 2;
/** The weight of one commit in the mean duration, and how many means it counts for at most: a stall is no measure of turns. */
const tripWeight = 1 / 8;
const tripsMax = 4;
/** No wait is longer, in milliseconds. */
const waitMsMax = 1_000;

export class Turns {
  /** Mean duration of a commit, in milliseconds; 0 before the first. */
  tripMs = 0;
  /** When our last commit was answered. */
  landedAt = Number.NEGATIVE_INFINITY;
  /** Commits of others to let pass before our own. */
  others = 1;
  /** Commits lost in a row. */
  losses = 0;
  readonly #elapsedMs: () => number;
  readonly #random: () => number;
  /** Gives way after so many own commits: 1 while rivals move the wallet, doubled each time that none did. */
  #every = stillEvery;
  #sinceWay = 0;
  #sinceStill = 0;
  /** Went when all others had passed: whoever is faster then is one more. */
  #isInTurn = false;

  constructor(elapsedMs: () => number, random: () => number) {
    this.#elapsedMs = elapsedMs;
    this.#random = random;
  }

  /** Our commit has landed. */
  landed(tookMs: number): void {
    this.#took(tookMs);
    const restedMs = this.#elapsedMs() - tookMs - this.landedAt;
    if (restedMs > stillTrips * this.tripMs) this.#sinceStill = 0; // it did stand still
    this.landedAt = this.#elapsedMs();
    this.#sinceWay += 1;
    this.#sinceStill += 1;
    this.losses = 0;
    this.#isInTurn = false;
  }

  /** Somebody else's commit was faster than ours. */
  lost(tookMs: number): void {
    this.#took(tookMs);
    this.losses += 1;
    if (this.#isInTurn) this.others = Math.min(othersMax, this.others + 1);
    this.#isInTurn = false;
    this.#every = 1;
  }

  /** Somebody else keeps winning. */
  get isLosing(): boolean {
    return this.losses >= lossesMax;
  }

  /** Rivals have been seen, and it is time to let them pass. */
  get isWayDue(): boolean {
    return this.#every < stillEvery && this.#sinceWay >= this.#every;
  }

  get isStillDue(): boolean {
    return this.#sinceStill >= stillEvery;
  }

  /** How long to wait for each commit of a rival, in milliseconds: the shorter the longer they have been silent. */
  get patienceMs(): number {
    const trips = (patienceTrips * (1 + patienceSpread * this.#random())) / this.#every;
    return Math.min(waitMsMax, trips * this.tripMs);
  }

  /** How long to stand still, in milliseconds. */
  get stillMs(): number {
    return Math.min(waitMsMax, stillTrips * this.tripMs);
  }

  /** So many commits of rivals passed while we gave way. */
  gaveWay(passed: number): void {
    this.#sinceWay = 0;
    this.#isInTurn = passed >= this.others;
    this.others = Math.max(1, Math.min(this.others, passed));
    this.#every = passed > 0 ? 1 : Math.min(stillEvery, this.#every * 2);
  }

  /** We stood still, and somebody went who had not been counted. */
  stoodStill(passed: number): void {
    this.#sinceStill = 0;
    this.others = Math.min(othersMax, this.others + passed);
  }

  #took(ms: number): void {
    if (this.tripMs === 0) this.tripMs = Math.min(waitMsMax, ms);
    else this.tripMs += (Math.min(ms, tripsMax * this.tripMs) - this.tripMs) * tripWeight;
  }
}
