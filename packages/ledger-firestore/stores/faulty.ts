// Bad weather around any LedgerStore, by script or by seed: lost answers, commits that land late, conflicts, outages.
import type { Facts, Found } from '@reelbanana/ledger';
import {
  StaleVersion,
  StoreUnavailable,
  UnknownOutcome,
  type LedgerStore,
  type StoredWallet,
  type WalletCommit,
} from '../port.ts';
import { hostTimers, sleep, type Timers } from '../scheduler.ts';

/** What happens to one call. `kind`s that only make sense for a commit leave a read alone. */
export type Fault =
  | { readonly kind: 'none' }
  /** The call waits before it reaches the store. Past the caller's deadline it fails then, and a commit lands later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Nothing reaches the store. */
  | { readonly kind: 'unavailable' }
  /** The commit lands, its answer does not: UnknownOutcome. */
  | { readonly kind: 'lostAnswer' }
  /** The commit lands, its answer is lost, the client retries silently: a Conflict with oneself. */
  | { readonly kind: 'silentRetry' }
  /** UnknownOutcome now; the commit lands `ms` later, or with `landHeldBack()`. */
  | { readonly kind: 'heldBack'; readonly ms?: number }
  /** UnknownOutcome, and the commit never lands. */
  | { readonly kind: 'lost' }
  /** A conflict although the version was right (the store gave up under contention). */
  | { readonly kind: 'conflict' };

/** One call as the plan sees it. */
export interface Call {
  readonly op: 'load' | 'find' | 'facts' | 'commit';
  readonly walletIds: readonly string[];
}

export type FaultPlan = (call: Call) => Fault;

const fair: Fault = { kind: 'none' };

/** No faults at all: the decorator must then be invisible. */
export const fairWeather: FaultPlan = () => fair;

/** The given faults for the next calls of `op`, in order; fair weather after them and for the other calls. */
export function script(op: Call['op'], faults: readonly Fault[]): FaultPlan {
  const left = [...faults];
  return (call) => (call.op === op ? (left.shift() ?? fair) : fair);
}

/** Faults by chance. Each weight is a probability; what remains is fair weather. */
export interface Storm {
  readonly random: () => number;
  readonly weights: Partial<Record<Exclude<Fault['kind'], 'none'>, number>>;
  /** Upper bound of delays and of how late a held back commit lands. */
  readonly msMax: number;
}

/** A plan that draws every call's fault from `random`. */
export function storm({ random, weights, msMax }: Storm): FaultPlan {
  const kinds = Object.entries(weights) as [Exclude<Fault['kind'], 'none'>, number][];
  return () => {
    let draw = random();
    for (const [kind, weight] of kinds) {
      draw -= weight;
      if (draw < 0) return kind === 'delay' || kind === 'heldBack' ? { kind, ms: random() * msMax } : { kind };
    }
    return fair;
  };
}

/** `store`, with the faults of `plan`. */
export function faulty(store: LedgerStore, plan: FaultPlan, timers: Timers = hostTimers): FaultyStore {
  return new FaultyStore(store, plan, timers);
}

export class FaultyStore implements LedgerStore {
  readonly #store: LedgerStore;
  readonly #plan: FaultPlan;
  readonly #timers: Timers;
  readonly #held = new Set<readonly WalletCommit[]>();
  /** Calls that reached this store, by kind: tests bound the reads of a steady writer with it. */
  readonly calls = { load: 0, find: 0, facts: 0, commit: 0 };

  constructor(store: LedgerStore, plan: FaultPlan, timers: Timers) {
    this.#store = store;
    this.#plan = plan;
    this.#timers = timers;
  }

  load(walletId: string, deadlineMs: number): Promise<StoredWallet | null> {
    this.calls.load += 1;
    return this.#read({ op: 'load', walletIds: [walletId] }, deadlineMs, () => this.#store.load(walletId, deadlineMs));
  }

  find(walletId: string, ids: readonly string[], deadlineMs: number): Promise<Found> {
    this.calls.find += 1;
    return this.#read({ op: 'find', walletIds: [walletId] }, deadlineMs, () =>
      this.#store.find(walletId, ids, deadlineMs),
    );
  }

  facts(walletId: string, ids: readonly string[], deadlineMs: number): Promise<Facts> {
    this.calls.facts += 1;
    return this.#read({ op: 'facts', walletIds: [walletId] }, deadlineMs, () =>
      this.#store.facts(walletId, ids, deadlineMs),
    );
  }

  async commit(lane: readonly WalletCommit[], deadlineMs: number): Promise<readonly string[]> {
    this.calls.commit += 1;
    const walletIds = lane.map((part) => part.walletId);
    const fault = this.#plan({ op: 'commit', walletIds });
    switch (fault.kind) {
      case 'none':
        return this.#store.commit(lane, deadlineMs);
      case 'delay':
        return this.#delayed(lane, fault.ms, deadlineMs);
      case 'unavailable':
        throw new StoreUnavailable('scripted outage');
      case 'lostAnswer':
        await this.#land(lane, deadlineMs);
        throw new UnknownOutcome('scripted loss of the answer', false);
      case 'silentRetry':
        await this.#land(lane, deadlineMs);
        return this.#store.commit(lane, deadlineMs);
      case 'heldBack':
        this.#hold(lane, fault.ms);
        throw new UnknownOutcome('scripted delay of the commit', false);
      case 'lost':
        throw new UnknownOutcome('scripted loss of the commit', false);
      case 'conflict':
        throw new StaleVersion(walletIds);
    }
  }

  /** Lands every commit held back so far, in the order they were sent, as far as their versions still allow. */
  async landHeldBack(): Promise<void> {
    for (const lane of [...this.#held]) await this.#landHeld(lane);
  }

  async #read<T>(call: Call, deadlineMs: number, read: () => Promise<T>): Promise<T> {
    const fault = this.#plan(call);
    if (fault.kind === 'unavailable') throw new StoreUnavailable('scripted outage');
    if (fault.kind === 'delay') {
      await sleep(this.#timers, Math.min(fault.ms, deadlineMs));
      if (fault.ms >= deadlineMs) throw new StoreUnavailable('scripted delay past the deadline');
    }
    return read();
  }

  async #delayed(lane: readonly WalletCommit[], ms: number, deadlineMs: number): Promise<readonly string[]> {
    if (ms < deadlineMs) {
      await sleep(this.#timers, ms);
      return this.#store.commit(lane, deadlineMs - ms);
    }
    this.#hold(lane, ms);
    await sleep(this.#timers, deadlineMs);
    throw new UnknownOutcome('scripted delay past the deadline', false);
  }

  #hold(lane: readonly WalletCommit[], ms: number | undefined): void {
    this.#held.add(lane);
    if (ms !== undefined) this.#timers.setTimeout(() => void this.#landHeld(lane), ms);
  }

  async #landHeld(lane: readonly WalletCommit[]): Promise<void> {
    if (this.#held.delete(lane)) await this.#land(lane, heldDeadlineMs);
  }

  /** A commit whose answer nobody hears: a refusal is as silent as a success. */
  async #land(lane: readonly WalletCommit[], deadlineMs: number): Promise<void> {
    await this.#store.commit(lane, deadlineMs).catch(() => undefined);
  }
}

const heldDeadlineMs = 60_000;
