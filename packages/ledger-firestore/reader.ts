// The ledger, read only: for proofs, audits and tests. It can write nothing, so anything may import it.
import type { Firestore } from '@google-cloud/firestore';
import type { Entry, Wallet } from '@reelbanana/ledger';
import { Entries } from './entries.ts';
import { openDatabase, type DatabaseName } from './firestore/client.ts';
import { readDeadlineMs, reading } from './firestore/deadline.ts';
import { mapDocumentToWallet } from './firestore/documents.ts';
import { collections, isWalletId, walletRef } from './firestore/paths.ts';
import { byId } from './firestore/queries.ts';

const walletsAtATime = 200;
/** One run of each of the 16 shards of the index. */
const entriesAtATime = 1_024;

export interface Reader {
  /** A wallet as it is stored, time not applied; null if there is none. */
  wallet(walletId: string): Promise<Wallet | null>;
  /** All wallets; with `ownerPrefix` those of the users whose uid begins so (`load-`). */
  wallets(filter?: { readonly ownerPrefix?: string }): AsyncIterable<Wallet>;
  /** The whole chain of a wallet, from seq 1 up to the seq that the wallet had when the reading began. */
  entries(walletId: string): AsyncIterable<Entry>;
  close(): Promise<void>;
}

/** Opens a database for reading. */
export function openReader(name: DatabaseName): Reader {
  const db = openDatabase(name);
  return {
    wallet: (walletId) => wallet(db, walletId),
    wallets: ({ ownerPrefix = '' } = {}) => (ownerPrefix === '' ? allWallets(db) : walletsOf(db, ownerPrefix)),
    entries: (walletId) => chain(db, walletId),
    close: () => db.terminate(),
  };
}

async function wallet(db: Firestore, walletId: string): Promise<Wallet | null> {
  if (!isWalletId(walletId)) return null;
  const document = (await reading(walletRef(db, walletId).get(), readDeadlineMs)).data();
  return document === undefined ? null : mapDocumentToWallet(document);
}

async function* allWallets(db: Firestore): AsyncIterable<Wallet> {
  for await (const { data } of documents(db, collections.wallets, '')) yield mapDocumentToWallet(data);
}

/** By the users' links: their ids are uids, so a prefix is a range of ids and needs no index. */
async function* walletsOf(db: Firestore, ownerPrefix: string): AsyncIterable<Wallet> {
  for await (const { id, data } of documents(db, collections.users, ownerPrefix)) {
    const walletId = data['walletId'] as string | undefined;
    if (walletId === undefined) continue; // the mark of a user who was erased
    const found = await wallet(db, walletId);
    if (found === null) throw new Error(`user ${id} is linked to wallet ${walletId}, which is not there`);
    yield found;
  }
}

interface Row {
  readonly id: string;
  readonly data: Record<string, unknown>;
}

async function* documents(db: Firestore, collection: string, prefix: string): AsyncIterable<Row> {
  for (let after: string | undefined; ;) {
    const { docs } = await reading(
      byId(db.collection(collection), prefix, after, walletsAtATime).get(),
      readDeadlineMs,
    );
    for (const doc of docs) yield { id: doc.id, data: doc.data() };
    if (docs.length < walletsAtATime) return;
    after = docs.at(-1)?.id;
  }
}

async function* chain(db: Firestore, walletId: string): AsyncIterable<Entry> {
  const seq = (await wallet(db, walletId))?.seq ?? 0;
  const entries = new Entries(db);
  for (let from = 1; from <= seq; from += entriesAtATime) {
    const stretch = await entries.range(walletId, from, Math.min(seq, from + entriesAtATime - 1));
    yield* stretch.reverse();
  }
}
