// The commit engine: one queue per wallet, one commit in flight per wallet, as many commands in it as wait.
import { applyTime, decide, type Command, type Wallet } from '@reelbanana/ledger';
import type { AuditRecord, LedgerStore } from '../port.ts';
import { hostTimers, sleep, turn, type Timers } from '../scheduler.ts';
import { flush } from './commit.ts';
import { contextOf, type Context } from './context.ts';
import type { Lane } from './lane.ts';
import { Lanes } from './lanes.ts';
import { limitsWith, type EngineLimits } from './limits.ts';
import { failed, noMetrics, type EngineMetrics, type Outcome } from './outcome.ts';
import { Deadlines, Pending } from './pending.ts';
import { verify } from './verify.ts';
import { takeTurn } from './watch.ts';

export interface EngineOptions {
  readonly store: LedgerStore;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly timers?: Timers;
  readonly metrics?: EngineMetrics;
  readonly limits?: Partial<EngineLimits>;
  /** For simulations that plant bugs: the ledger's own by default. */
  readonly decide?: typeof decide;
}

export interface ExecuteOptions {
  /** How long the command may take, in milliseconds from now (default 10,000). It is answered by then. */
  readonly deadlineMs?: number;
  /** Stored with the entry, in the same commit, if the command is accepted. */
  readonly audit?: AuditRecord;
}

export interface Engine {
  /**
   * Executes a command exactly once, however often it is repeated with its key, in this process or in others.
   * Rejects only on a bug or a missing permission; everything that can be expected is an outcome.
   */
  execute(walletId: string, command: Command, options?: ExecuteOptions): Promise<Outcome>;
  /** The wallet, read now, with what time has decided applied in memory; null if there is none. @throws StoreUnavailable */
  wallet(walletId: string): Promise<Wallet | null>;
  /** Accepts no more commands (they are answered OVERLOADED) and resolves when all that waited are answered. */
  drain(): Promise<void>;
}

/** An engine over a store. Several engines, in any number of processes, may share the store. */
export function createEngine(options: EngineOptions): CommitEngine {
  return new CommitEngine(options);
}

export class CommitEngine implements Engine {
  readonly #context: Context;
  readonly #lanes: Lanes;
  readonly #deadlines: Deadlines;
  #running = 0;
  #draining = false;
  #drained: (() => void)[] = [];

  constructor({ store, now, random, timers = hostTimers, metrics = noMetrics, ...rest }: EngineOptions) {
    const all = limitsWith(rest.limits);
    this.#context = contextOf({ store, decide: rest.decide ?? decide, now, random, timers, metrics, limits: all });
    this.#lanes = new Lanes(all, timers.elapsedMs, random);
    this.#deadlines = new Deadlines(timers, random);
  }

  execute(walletId: string, command: Command, options: ExecuteOptions = {}): Promise<Outcome> {
    const { limits, timers, random } = this.#context;
    const overloaded = this.#draining || this.#deadlines.size >= limits.pendingMax;
    if (overloaded) return Promise.resolve(failed('OVERLOADED', random));
    const lane = this.#lanes.of(walletId);
    if (lane.isFull(limits.queueMax)) return Promise.resolve(failed('OVERLOADED', random));
    const deadlineAt = timers.elapsedMs() + (options.deadlineMs ?? limits.deadlineMs);
    const pending = new Pending(walletId, command, deadlineAt, options.audit, (done) => this.#deadlines.remove(done));
    this.#deadlines.add(pending);
    lane.queue.push(pending);
    if (!lane.working) void this.#work(lane);
    return pending.outcome;
  }

  async wallet(walletId: string): Promise<Wallet | null> {
    const state = await this.#context.load(walletId);
    return state === null ? null : applyTime(state.wallet, this.#context.now()).wallet;
  }

  async drain(): Promise<void> {
    this.#draining = true;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  /** Remembered wallets and entries, for tests and telemetry. */
  get size(): { wallets: number; entries: number; pending: number } {
    return { wallets: this.#lanes.size, entries: this.#lanes.recent, pending: this.#deadlines.size };
  }

  /** Commits while anything waits. The first command of an idle wallet is sent in the same turn: there is no timer. */
  async #work(lane: Lane): Promise<void> {
    const { timers } = this.#context;
    lane.working = true;
    this.#running += 1;
    while (lane.queue.length > 0) {
      const waitMs = lane.pacing.waitMs();
      if (waitMs > 0) await sleep(timers, waitMs);
      const turnTaken = takeTurn(this.#context, lane);
      if (turnTaken !== undefined) await turnTaken;
      const claims = await flush(this.#context, lane);
      lane.claims.push(...claims);
      this.#lanes.settle(lane);
      if (lane.claims.length > 0 && !lane.verifying) void this.#verify(lane);
      // Whoever was just answered may have a next command: let it join the commit that starts now.
      await turn(timers);
    }
    lane.working = false;
    this.#rest(lane);
  }

  /** Reads claims beside the commits, so that refusals never hold up what can be accepted. */
  async #verify(lane: Lane): Promise<void> {
    lane.verifying = true;
    this.#running += 1;
    while (lane.claims.length > 0) {
      const claims = lane.claims.splice(0, this.#context.limits.entriesMax).filter((pending) => !pending.done);
      if (claims.length > 0) await verify(this.#context, lane, claims);
      if (lane.queue.length > 0 && !lane.working) void this.#work(lane);
    }
    lane.verifying = false;
    this.#rest(lane);
  }

  #rest(lane: Lane): void {
    this.#lanes.settle(lane);
    this.#running -= 1;
    if (this.#running > 0) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
