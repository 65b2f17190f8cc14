// All that the engine remembers of one wallet: who waits, the state after our last commit, what may still land.
import type { Entry, Fact } from '@reelbanana/ledger';
import type { StoredWallet } from '../port.ts';
import type { EngineLimits } from './limits.ts';
import type { Pacing } from './pacing.ts';
import type { Pending } from './pending.ts';
import type { Turns } from './turns.ts';

/** Entries sent under one version with an unknown outcome: they may land as long as the wallet is at that version. */
export interface Ghost {
  readonly version: string;
  readonly entryIds: Set<string>;
  /** Too many to remember: any entry may be among them. */
  isAny: boolean;
  /** When it was last sent, by the timers' clock. */
  at: number;
}

export class Lane {
  readonly walletId: string;
  readonly pacing: Pacing;
  readonly turns: Turns;
  /** Waiting for the next commit, oldest first. */
  queue: Pending[] = [];
  /** Waiting to be read before they are answered: refusals above all. */
  claims: Pending[] = [];
  /** The commit loop is running. */
  working = false;
  /** The loop that reads claims is running. */
  verifying = false;
  /** The wallet as our last commit or read left it. Other processes may have moved it on: the version will tell. */
  state: StoredWallet | undefined;
  /** The wallet's seq as it was seen last, also when `state` can no longer be trusted. */
  seq: number | undefined;
  /** Counts changes of `state` by the commit loop, so that a slow read cannot put an older one back. */
  epoch = 0;
  /** Entries known to be stored (or, during a flush, about to be): all immutable, so never stale. */
  readonly known = new Map<string, Entry>();
  /** Facts that were read, or written by us, while `state` stood: true for as long as it does. */
  facts = new Map<string, Fact | null>();
  /** What the commit in flight carries. */
  flying: ReadonlySet<string> = nothing;
  ghost: Ghost | undefined;

  constructor(walletId: string, pacing: Pacing, turns: Turns) {
    this.walletId = walletId;
    this.pacing = pacing;
    this.turns = turns;
  }

  get waiting(): number {
    return this.queue.length + this.claims.length;
  }

  /** Whether `max` commands wait here. Those that were answered at their deadlines no longer do: they make room. */
  isFull(max: number): boolean {
    if (this.waiting < max) return false;
    this.queue = this.queue.filter((pending) => !pending.done);
    this.claims = this.claims.filter((pending) => !pending.done);
    return this.waiting >= max;
  }

  get busy(): boolean {
    return this.working || this.verifying;
  }

  /** The commit loop knows the wallet at this version: what was sent under another can land no more. */
  see(state: StoredWallet): void {
    if (this.state?.version !== state.version) this.facts = new Map();
    this.state = state;
    this.seq = state.wallet.seq;
    this.epoch += 1;
    if (this.ghost !== undefined && this.ghost.version !== state.version) this.ghost = undefined;
  }

  /** Our own commit has made this state: facts that it did not change are as they were. */
  landed(state: StoredWallet, changed: ReadonlyMap<string, Fact>): void {
    const { facts } = this;
    this.see(state);
    this.facts = facts;
    for (const [id, fact] of changed) facts.set(id, fact);
  }

  /** The state can no longer be trusted. */
  forget(): void {
    this.facts = new Map();
    this.state = undefined;
    this.epoch += 1;
  }

  /** A commit under `version` has an unknown outcome. */
  haunt(version: string, entryIds: Iterable<string>, at: number, { ghostEntriesMax }: EngineLimits): void {
    if (this.ghost?.version !== version) this.ghost = { version, entryIds: new Set(), isAny: false, at };
    const { ghost } = this;
    ghost.at = at;
    for (const id of entryIds) ghost.entryIds.add(id);
    if (ghost.entryIds.size <= ghostEntriesMax) return;
    ghost.isAny = true;
    ghost.entryIds.clear();
  }

  /** Whether a commit with an unknown outcome may still land. */
  isHaunted(at: number, { ghostMs }: EngineLimits): boolean {
    return this.ghost !== undefined && at - this.ghost.at < ghostMs;
  }

  /** Whether a commit that carries one of these entries may still land. While it may, the command must not be refused. */
  mayLand(entryIds: readonly string[], at: number, limits: EngineLimits): boolean {
    const isHaunted = this.isHaunted(at, limits);
    return entryIds.some(
      (id) =>
        this.flying.has(id) || (isHaunted && (this.ghost?.isAny === true || this.ghost?.entryIds.has(id) === true)),
    );
  }

  /** Entries and facts remembered. */
  get remembered(): number {
    return this.known.size + this.facts.size;
  }

  /** Keeps the newest `max` known entries, and all facts or none. */
  trim(max: number): void {
    if (this.facts.size > max) this.facts = new Map();
    for (const id of this.known.keys()) {
      if (this.known.size <= max) break;
      this.known.delete(id);
    }
  }
}

export const nothing: ReadonlySet<string> = new Set();
