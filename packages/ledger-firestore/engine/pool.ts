// Where wallets meet on their way to the store: one commit may carry the parts of several of them (the cross-wallet lanes of
// design section 5; a `Lane` of this engine is one wallet's). While a shared commit is in flight, the parts that arrive wait
// and go together into the next one: group commit again, one level up, and without a timer here too.
import { StoreUnavailable, UnknownOutcome, type LedgerStore, type WalletCommit } from '../port.ts';
import { turn, type Timers } from '../scheduler.ts';
import { commitBytes, commitBytesMax } from '../size.ts';
import type { EngineLimits } from './limits.ts';
import { outcomeOf, type EngineMetrics } from './outcome.ts';
import { Quarantine } from './quarantine.ts';

/** A part was not sent, and will not be: somebody in it was answered while it waited. Plan it again without them. */
export class Unsent extends Error {
  override readonly name = 'Unsent';
}

interface Waiting {
  readonly part: WalletCommit;
  readonly isWanted: () => boolean;
  readonly sizeBytes: number;
  readonly resolve: (version: string) => void;
  readonly reject: (error: unknown) => void;
}

interface Surroundings {
  readonly store: LedgerStore;
  readonly timers: Timers;
  readonly limits: EngineLimits;
  readonly metrics: EngineMetrics;
}

/** Into so many pieces a refused commit is split: of 50 wallets the one to blame is alone after two splits, 15 commits. */
const splitWays = 8;

export class Pool {
  readonly #around: Surroundings;
  readonly #quarantine: Quarantine;
  #waiting: Waiting[] = [];
  #inFlight = 0;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#quarantine = new Quarantine(around.timers, around.limits.quarantineMs);
  }

  /**
   * Commits one wallet's part, alone or with others, and answers the wallet's new version. A wallet has one part here at a
   * time. `isWanted` is asked whenever a commit with it is about to begin.
   * @throws Unsent, and what LedgerStore.commit throws, always of this part: another one's conflict is not passed on.
   */
  commit(part: WalletCommit, isWanted: () => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#isAlone(part)) return void this.#send([{ part, isWanted, sizeBytes: 0, resolve, reject }]);
      this.#waiting.push({ part, isWanted, sizeBytes: commitBytes([part]), resolve, reject });
      if (this.#inFlight < this.#around.limits.sharedInFlightMax) void this.#work();
    });
  }

  /** Lanes are off; or others would pay for this wallet: it conflicts, or it fills a commit by itself. */
  #isAlone({ walletId, entries }: WalletCommit): boolean {
    const { laneWalletsMax, entriesMax } = this.#around.limits;
    return laneWalletsMax === 1 || entries.length * 2 > entriesMax || this.#quarantine.has(walletId);
  }

  async #work(): Promise<void> {
    const { timers } = this.#around;
    this.#inFlight += 1;
    while (this.#waiting.length > 0) {
      await this.#send(this.#next());
      // Whoever was just answered may have a next command, here or in the turn that its wallet's lane takes for the same
      // reason: let them all join the commit that starts now.
      await turn(timers);
      await turn(timers);
    }
    this.#inFlight -= 1;
  }

  /** The parts that fit into one commit, oldest first; one fits always (`limits.entriesBytesMax`). */
  #next(): Waiting[] {
    const { laneWalletsMax, entriesMax } = this.#around.limits;
    let [entries, sizeBytes, count] = [0, 0, 0];
    for (const waiting of this.#waiting) {
      entries += waiting.part.entries.length;
      sizeBytes += waiting.sizeBytes;
      if (count > 0 && (count >= laneWalletsMax || entries > entriesMax || sizeBytes > commitBytesMax)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #send(asked: readonly Waiting[]): Promise<void> {
    const { store, limits, metrics } = this.#around;
    const sent = asked.filter((waiting) => waiting.isWanted() || void waiting.reject(new Unsent()));
    if (sent.length === 0) return;
    try {
      const versions = await store.commit(
        sent.map(({ part }) => part),
        limits.rpcDeadlineMs,
      );
      if (sent.length > 1) metrics.shared?.('ok', sent.length);
      this.#landed(sent, versions);
    } catch (error) {
      if (sent.length > 1) metrics.shared?.(outcomeOf(error), sent.length);
      await this.#failed(sent, error);
    }
  }

  #landed(sent: readonly Waiting[], versions: readonly string[]): void {
    for (const [index, { part, resolve, reject }] of sent.entries()) {
      const version = versions[index];
      if (version === undefined) reject(new TypeError('the store answered a commit without a version'));
      else resolve(version);
      if (sent.length === 1) this.#quarantine.cleared(part.walletId);
    }
  }

  async #failed(sent: readonly Waiting[], error: unknown): Promise<void> {
    // It may have landed with all of them, or nothing was sent of any: either is true of each.
    const isOfAll = error instanceof UnknownOutcome || error instanceof StoreUnavailable;
    if (sent.length > 1 && !isOfAll) return void (await Promise.all(split(sent).map((piece) => this.#send(piece))));
    // The store says that one document is too busy, not which; or it refuses this very wallet.
    const isContended = !isOfAll || (error instanceof UnknownOutcome && error.contended);
    for (const { part, reject } of sent) {
      if (isContended) this.#quarantine.add(part.walletId, { isSuspect: sent.length > 1 });
      reject(error);
    }
  }
}

/** Nothing of a refused commit was written, and the store does not say for whose sake: each piece is sent by itself. */
function split(parts: readonly Waiting[]): Waiting[][] {
  const each = Math.ceil(parts.length / splitWays);
  const pieces: Waiting[][] = [];
  for (let index = 0; index < parts.length; index += each) pieces.push(parts.slice(index, index + each));
  return pieces;
}
