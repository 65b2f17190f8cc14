// What is stored, and what was: a memory store that remembers every state of every wallet, and checks each commit as it lands.
import {
  commandEntryIds,
  commandKeyDigest,
  parseEntry,
  type Command,
  type Entry,
  type Fact,
  type Facts,
  type Found,
  type Wallet,
} from '@reelbanana/ledger';
import type { LedgerStore, WalletCommit } from '../port.ts';
import { MemoryStore } from '../stores/memory.ts';
import { landed } from './checks/landed.ts';
import type { World } from './world.ts';

interface Sent {
  /** The process. */
  readonly by: string;
  /** By `Trace.next`. */
  readonly moment: number;
}

/** A definite refusal: what it says must hold for everything that its process had sent by then. */
interface Refused {
  readonly by: string;
  readonly moment: number;
}

export class History implements LedgerStore {
  readonly sent = new WeakMap<readonly WalletCommit[], Sent>();
  readonly #world: World;
  readonly #memory: MemoryStore;
  readonly #states = new Map<string, Wallet[]>();
  readonly #entries = new Map<string, Map<string, Entry>>();
  /** By wallet and fact, every version of it and the seq that it came with, oldest first. */
  readonly #facts = new Map<string, { readonly seq: number; readonly fact: Fact }[]>();
  /** By key and fingerprint, refusals that no commit sent before may contradict. */
  readonly #refused = new Map<string, Refused[]>();

  constructor(world: World) {
    this.#world = world;
    this.#memory = new MemoryStore();
  }

  add(wallet: Wallet): void {
    this.#memory.add(wallet);
    this.#states.set(wallet.walletId, [wallet]);
    this.#entries.set(wallet.walletId, new Map());
  }

  /** Every state of a wallet so far, oldest first. */
  states(walletId: string): readonly Wallet[] {
    return this.#states.get(walletId) ?? [];
  }

  /** The whole chain. */
  entries(walletId: string): readonly Entry[] {
    return this.#memory.entries(walletId);
  }

  entry(walletId: string, id: string | null): Entry | undefined {
    return id === null ? undefined : this.#entries.get(walletId)?.get(id);
  }

  /** The entry that a command's effect stands in: of a settle the late one, where that is there. */
  effectOf(walletId: string, command: Command): Entry | undefined {
    return commandEntryIds(walletId, command)
      .toReversed()
      .map((id) => this.entry(walletId, id))
      .find((entry) => entry !== undefined && entry.type !== 'closeHold');
  }

  /** Entries that were stored when the wallet was at `seq`. */
  foundAt(walletId: string, ids: readonly string[], seq: number): Found {
    return new Map(
      ids.map((id) => {
        const entry = this.entry(walletId, id);
        return [id, entry !== undefined && entry.seq <= seq ? entry : null];
      }),
    );
  }

  /** Facts as they were when the wallet was at `seq`. */
  factsAt(walletId: string, ids: readonly string[], seq: number): Facts {
    const at = (id: string) => this.#facts.get(`${walletId}/${id}`)?.findLast((version) => version.seq <= seq);
    return new Map(ids.map((id) => [id, at(id)?.fact ?? null]));
  }

  /** All facts of a wallet, as they are. */
  allFacts(walletId: string): ReadonlyMap<string, Fact> {
    return this.#memory.allFacts(walletId);
  }

  /** From now on nothing that `by` has sent so far may land under this command's key. */
  refuse(walletId: string, command: Command, by: string): void {
    const digest = commandKeyDigest(walletId, command);
    if (digest === null || command.type === 'tick') return;
    const request = digest + command.fingerprint;
    const refusals = this.#refused.get(request) ?? [];
    refusals.push({ by, moment: this.#world.trace.next() });
    this.#refused.set(request, refusals);
  }

  load(walletId: string): ReturnType<LedgerStore['load']> {
    return this.#memory.load(walletId);
  }

  find(walletId: string, ids: readonly string[]): Promise<Found> {
    return this.#memory.find(walletId, ids);
  }

  facts(walletId: string, ids: readonly string[]): Promise<Facts> {
    return this.#memory.facts(walletId, ids);
  }

  async commit(lane: readonly WalletCommit[]): Promise<readonly string[]> {
    const versions = this.#memory.commitNow(lane);
    for (const part of lane) this.#landed(part, this.sent.get(lane));
    return versions;
  }

  #landed(part: WalletCommit, sent: Sent | undefined): void {
    const { walletId, entries, wallet } = part;
    const states = this.#states.get(walletId);
    const stored = this.#entries.get(walletId);
    const before = states?.at(-1);
    if (states === undefined || stored === undefined || before === undefined) return;
    this.#world.log(`${walletId} is at ${wallet.seq}, ${entries.length} entries by ${sent?.by ?? 'nobody'}`);
    for (const problem of landed(before, part)) this.#world.fail('step', `${walletId} at ${wallet.seq}: ${problem}`);
    for (const entry of entries) {
      stored.set(entry.id, entry);
      const { keyDigest, fingerprint, type, reasonCode } = parseEntry(entry);
      const isRelease = type === 'release' && reasonCode === 'superseded';
      this.#world.tally.count('entry', isRelease ? 'superseded' : type);
      this.#met(entry, before);
      const broken = this.#refused
        .get(keyDigest + fingerprint)
        ?.some(({ by, moment }) => by === sent?.by && moment > sent.moment);
      if (broken)
        this.#world.fail('refused', `${sent?.by ?? ''} refused the ${type} at seq ${entry.seq}, which it had sent`);
    }
    for (const [id, fact] of part.facts ?? []) {
      const key = `${walletId}/${id}`;
      this.#facts.set(key, [...(this.#facts.get(key) ?? []), { seq: wallet.seq, fact }]);
    }
    states.push(wallet);
  }

  /** Counts what a simulation must have met. */
  #met(entry: Entry, { holds }: Wallet): void {
    const { type, holdId, credits = 0, shortfall } = parseEntry(entry);
    const held = holds[holdId ?? '']?.credits;
    const { tally } = this.#world;
    if (type === 'clawback' && Object.keys(holds).length > 0) tally.count('happened', 'clawback with open holds');
    if (type === 'settle' && held !== undefined && credits > held) tally.count('happened', 'settle above the hold');
    if (shortfall !== undefined) tally.count('happened', 'shortfall');
  }
}
