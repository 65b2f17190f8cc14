// The shapes that are compared. All of them write the same entry bytes of one deduction after the other to one wallet.
import type { Firestore } from '@google-cloud/firestore';
import { decide, keyId, type Command, type Entry, type Found, type Wallet } from '@reelbanana/ledger';
import { createEngine, entryWrite, FirestoreStore, type EngineMetrics } from '@reelbanana/ledger-firestore';
import { deduct, emptyWallet, grant } from '@reelbanana/ledger-firestore/testing';
import { mapDocumentToWallet, mapEntryToDocument, mapWalletToDocument } from '@reelbanana/ledger-firestore/documents';
import type { Database } from './family.ts';

/** One operation, fresh state for each round. */
export type Shape = () => Promise<() => Promise<unknown>>;

const none: Found = new Map();
let wallets = 0;

/** What the engine asked of the store, summed up. */
export class Counts implements EngineMetrics {
  commits = 0;
  /** Of the commits: did not land, or are not known to. */
  failed = 0;
  /** Of the commits that landed. */
  entries = 0;
  reads = 0;
  commit(outcome: string, entries: number): void {
    this.commits += 1;
    if (outcome === 'ok') this.entries += entries;
    else this.failed += 1;
  }
  read(_op: string, documents: number): void {
    this.reads += documents;
  }
  reset(): void {
    this.commits = this.failed = this.entries = this.reads = 0;
  }
}

/** A wallet with credits for any number of deductions, and not in the database. */
export function rich(walletId: string): Wallet {
  return accepted(emptyWallet(walletId), grant('seed', 1_000_000_000)).wallet;
}

/** One that is in the database. */
export async function richWallet(db: Firestore): Promise<Wallet> {
  const wallet = rich(`bench-${process.pid}-${wallets++}`);
  await db.collection('wallets').doc(wallet.walletId).create(mapWalletToDocument(wallet));
  return wallet;
}

/** Command keys as clients make them: 36 characters. */
function keys(): () => string {
  let count = 0;
  return () => `bench-key-${String(count++).padStart(26, '0')}`;
}

/** What most systems do: look the key up, then a transaction that reads the wallet and writes wallet and entry. */
export function reference({ db }: Database): Shape {
  return async () => {
    const { walletId } = await richWallet(db);
    const wallet = db.collection('wallets').doc(walletId);
    const key = keys();
    return async () => {
      const command = deduct(key(), 1);
      const entry = wallet.collection('entries').doc(keyId(walletId, 'deduct', command.key));
      if ((await entry.get()).exists) throw new Error('the key is new');
      await db.runTransaction(async (transaction) => {
        const before = mapDocumentToWallet((await transaction.get(wallet)).data() ?? {});
        const after = accepted(before, command);
        transaction.set(wallet, mapWalletToDocument(after.wallet));
        for (const made of after.entries) transaction.create(entry, mapEntryToDocument(made));
      });
    };
  };
}

/** The commit engine on one hot wallet. */
export function engine({ db, connection }: Database, metrics: Counts): Shape {
  return async () => {
    const { walletId } = await richWallet(db);
    const store = new FirestoreStore(connection);
    const commits = createEngine({ store, now: Date.now, random: Math.random, metrics });
    const key = keys();
    return async () => {
      const outcome = await commits.execute(walletId, deduct(key(), 1));
      if (outcome.kind !== 'answer' || outcome.answer.replayed) throw new Error(`the engine answered ${outcome.kind}`);
    };
  };
}

/** The engine's commits without the engine: wallet and `size` entries, one commit after the other. */
export function bareCommit({ db, connection }: Database, size: number): Shape {
  return async () => {
    const { walletId } = await richWallet(db);
    const store = new FirestoreStore(connection);
    const stored = await store.load(walletId, deadlineMs);
    if (stored === null) throw new Error('the wallet is not there');
    let { wallet, version: expected } = stored;
    const key = keys();
    return async () => {
      const entries: Entry[] = [];
      for (let index = 0; index < size; index++) {
        const after = accepted(wallet, deduct(key(), 1));
        wallet = after.wallet;
        entries.push(...after.entries);
      }
      const [version] = await store.commit([{ walletId, expected, wallet, entries }], deadlineMs);
      if (version === undefined) throw new Error('a commit without a version');
      expected = version;
    };
  };
}

const deadlineMs = 10_000;

/**
 * The least that any design writes: creates of the same bytes by the same client, `size` a commit, nothing guarded,
 * nothing decided.
 */
export function floor({ db, connection }: Database, size: number): Shape {
  return async () => {
    let wallet = await richWallet(db);
    const { walletId } = wallet;
    const key = keys();
    // Made before the clock runs: the floor is the store's alone.
    const ready: Entry[][] = [];
    for (let batch = 0; batch < floorBatches; batch++) {
      const entries: Entry[] = [];
      ready.push(entries);
      for (let index = 0; index < size; index++) {
        const decision = accepted(wallet, deduct(key(), 1));
        wallet = decision.wallet;
        entries.push(...decision.entries);
      }
    }
    let round = 0;
    return async () => {
      const pass = Math.floor(round / ready.length);
      const writes = (ready[round++ % ready.length] ?? []).map((entry) => {
        // The same bytes under a new id once all that was made has been written.
        const id = pass === 0 ? entry.id : keyId(entry.id, 'pass', String(pass));
        return entryWrite(connection.database, walletId, { ...entry, id });
      });
      await connection.commit(writes, deadlineMs);
    };
  };
}

const floorBatches = 100;

function accepted(wallet: Wallet, command: Command): { wallet: Wallet; entries: readonly Entry[] } {
  const decision = decide(wallet, none, command, Date.now());
  if (decision.kind !== 'accepted') throw new Error(`a command of the benchmark was ${decision.kind}`);
  return decision;
}

/** Opens the connection and lets both sides warm up, so that the first round is like the last. */
export async function warmUp(shape: Shape, calls: number): Promise<void> {
  const operation = await shape();
  for (let call = 0; call < calls; call++) await operation();
}
