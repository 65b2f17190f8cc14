// The shapes that are compared. All of them write the same entry bytes of one deduction after the other to one wallet.
import type { Firestore } from '@google-cloud/firestore';
import { decide, keyId, type Entry, type Found, type Wallet } from '@reelbanana/ledger';
import { createEngine, FirestoreStore, type EngineMetrics } from '@reelbanana/ledger-firestore';
import { mapDocumentToWallet, mapEntryToDocument, mapWalletToDocument } from '@reelbanana/ledger-firestore/documents';
import { deduct, emptyWallet, grant } from './commands.ts';

/** One operation, fresh state for each round. */
export type Shape = () => Promise<() => Promise<unknown>>;

const none: Found = new Map();
let wallets = 0;

/** What the engine asked of the store, summed up. */
export class Counts implements EngineMetrics {
  commits = 0;
  entries = 0;
  reads = 0;
  commit(outcome: string, entries: number): void {
    this.commits += 1;
    if (outcome === 'ok') this.entries += entries;
  }
  read(_op: string, documents: number): void {
    this.reads += documents;
  }
}

/** A wallet in the database with credits for any number of deductions. */
async function richWallet(db: Firestore): Promise<Wallet> {
  const empty = emptyWallet(`bench-${process.pid}-${wallets++}`);
  const decision = decide(empty, none, grant('seed', 1_000_000_000), Date.now());
  if (decision.kind !== 'accepted') throw new Error('the seed grant was refused');
  await db.collection('wallets').doc(empty.walletId).create(mapWalletToDocument(decision.wallet));
  return decision.wallet;
}

/** Command keys as clients make them: 36 characters. */
function keys(): () => string {
  let count = 0;
  return () => `bench-key-${String(count++).padStart(26, '0')}`;
}

/** What most systems do: look the key up, then a transaction that reads the wallet and writes wallet and entry. */
export function reference(db: Firestore): Shape {
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
        const decision = decide(before, none, command, Date.now());
        if (decision.kind !== 'accepted') throw new Error(`the reference was ${decision.kind}`);
        transaction.set(wallet, mapWalletToDocument(decision.wallet));
        for (const made of decision.entries) transaction.create(entry, mapEntryToDocument(made));
      });
    };
  };
}

/** The commit engine on one hot wallet. */
export function engine(db: Firestore, metrics: Counts): Shape {
  return async () => {
    const { walletId } = await richWallet(db);
    const store = new FirestoreStore(db);
    const commits = createEngine({ store, now: Date.now, random: Math.random, metrics });
    const key = keys();
    return async () => {
      const outcome = await commits.execute(walletId, deduct(key(), 1));
      if (outcome.kind !== 'answer' || outcome.answer.replayed) throw new Error(`the engine answered ${outcome.kind}`);
    };
  };
}

/** The least that any design writes: creates of the same bytes, `size` a commit, nothing guarded, nothing decided. */
export function floor(db: Firestore, size: number): Shape {
  return async () => {
    let wallet = await richWallet(db);
    const documents = db.collection('wallets').doc(wallet.walletId).collection('entries');
    const key = keys();
    // Made before the clock runs: the floor is the store's alone.
    const ready: Entry[][] = [];
    for (let batch = 0; batch < floorBatches; batch++) {
      const entries: Entry[] = [];
      ready.push(entries);
      for (let index = 0; index < size; index++) {
        const decision = decide(wallet, none, deduct(key(), 1), Date.now());
        if (decision.kind !== 'accepted') throw new Error(`the floor was ${decision.kind}`);
        wallet = decision.wallet;
        entries.push(...decision.entries);
      }
    }
    let round = 0;
    return async () => {
      const batch = db.batch();
      const pass = Math.floor(round / ready.length);
      for (const entry of ready[round++ % ready.length] ?? []) {
        // The same bytes under a new id once all that was made has been written.
        const id = pass === 0 ? entry.id : keyId(entry.id, 'pass', String(pass));
        batch.create(documents.doc(id), mapEntryToDocument(entry));
      }
      await batch.commit();
    };
  };
}

const floorBatches = 100;

/** Opens the connection and lets both sides warm up, so that the first round is like the last. */
export async function warmUp(shape: Shape, calls: number): Promise<void> {
  const operation = await shape();
  for (let call = 0; call < calls; call++) await operation();
}
