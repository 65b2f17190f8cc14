// A LedgerStore in memory with Firestore's semantics: atomic commits, versions, create collisions, the byte bound.
// It never waits and never fails on its own; `faulty()` adds the weather.
import type { Entry, Fact, Facts, Found, Wallet } from '@reelbanana/ledger';
import {
  CommitTooLarge,
  EntryExists,
  StaleVersion,
  type AuditRecord,
  type LedgerStore,
  type StoredWallet,
  type WalletCommit,
} from '../port.ts';
import { commitBytes, commitBytesMax } from '../size.ts';

interface Slot {
  wallet: Wallet;
  version: number;
  readonly entries: Map<string, Entry>;
  readonly facts: Map<string, Fact>;
}

/** Wallets in a Map. Versions are numbers of one counter, so no two states of any wallet share one. */
export class MemoryStore implements LedgerStore {
  readonly audits = new Map<string, AuditRecord>();
  readonly #slots = new Map<string, Slot>();
  #version = 0;

  /** Puts a wallet that has no entries yet (what `users.ensure` does in Firestore). */
  add(wallet: Wallet): void {
    if (this.#slots.has(wallet.walletId)) throw new Error(`wallet ${wallet.walletId} exists`);
    this.#slots.set(wallet.walletId, { wallet, version: ++this.#version, entries: new Map(), facts: new Map() });
  }

  /** All entries of a wallet in order of seq, for invariants. */
  entries(walletId: string): readonly Entry[] {
    return [...(this.#slots.get(walletId)?.entries.values() ?? [])].sort((a, b) => a.seq - b.seq);
  }

  /** All facts of a wallet, for invariants. */
  allFacts(walletId: string): ReadonlyMap<string, Fact> {
    return this.#slots.get(walletId)?.facts ?? new Map();
  }

  async load(walletId: string): Promise<StoredWallet | null> {
    const slot = this.#slots.get(walletId);
    return slot === undefined ? null : { wallet: slot.wallet, version: String(slot.version) };
  }

  async find(walletId: string, ids: readonly string[]): Promise<Found> {
    const entries = this.#slots.get(walletId)?.entries;
    return new Map(ids.map((id) => [id, entries?.get(id) ?? null]));
  }

  async facts(walletId: string, ids: readonly string[]): Promise<Facts> {
    const facts = this.#slots.get(walletId)?.facts;
    return new Map(ids.map((id) => [id, facts?.get(id) ?? null]));
  }

  async commit(lane: readonly WalletCommit[]): Promise<readonly string[]> {
    return this.commitNow(lane);
  }

  /** The same commit, at once: `faulty()` lands a commit that it held back in one step of its own. */
  commitNow(lane: readonly WalletCommit[]): readonly string[] {
    const sizeBytes = commitBytes(lane);
    if (sizeBytes > commitBytesMax) throw new CommitTooLarge(sizeBytes, commitBytesMax);
    const walletIds = lane.map((part) => part.walletId);
    refuseTwice(lane);
    const targets = lane.map((part) => {
      const slot = this.#slots.get(part.walletId);
      if (slot === undefined || String(slot.version) !== part.expected) throw new StaleVersion(walletIds);
      if (part.entries.some((entry) => slot.entries.has(entry.id))) throw new EntryExists(walletIds);
      return { part, slot };
    });
    return targets.map(({ part, slot }) => this.#write(part, slot));
  }

  #write(part: WalletCommit, slot: Slot): string {
    for (const entry of part.entries) slot.entries.set(entry.id, entry);
    for (const [id, fact] of part.facts ?? []) slot.facts.set(id, fact);
    for (const [id, audit] of part.audits ?? []) this.audits.set(id, audit);
    // Like Firestore, which keeps the update time of a document that an update leaves as it was.
    const changed = JSON.stringify(slot.wallet) !== JSON.stringify(part.wallet);
    slot.wallet = part.wallet;
    if (changed) slot.version = ++this.#version;
    return String(slot.version);
  }
}

/** Firestore answers INVALID_ARGUMENT to a document that stands twice in one commit: a bug of the caller. */
function refuseTwice(lane: readonly WalletCommit[]): void {
  if (new Set(lane.map((part) => part.walletId)).size < lane.length)
    throw new Error('a wallet stands twice in one commit');
  for (const part of lane) {
    if (new Set(part.entries.map((entry) => entry.id)).size < part.entries.length) {
      throw new Error('an entry stands twice in one commit');
    }
  }
}
