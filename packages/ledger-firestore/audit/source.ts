// What the audit reads, as it is stored: ids page by page, wallets, whole collections of entries. Nothing is looked up by a
// field that may have been tampered with, so an entry that hides from the index is read all the same.
import type { Firestore } from '@google-cloud/firestore';
import type { Entry, Wallet } from '@reelbanana/ledger';
import { readDeadlineMs, reading } from '../firestore/deadline.ts';
import { mapDocumentToEntry, mapDocumentToWallet } from '../firestore/documents.ts';
import { collections, entriesOf, isWalletId, walletRef } from '../firestore/paths.ts';
import { byId } from '../firestore/queries.ts';

const entriesAtATime = 1_000;

export class AuditSource {
  readonly #db: Firestore;

  constructor(db: Firestore) {
    this.#db = db;
  }

  /** Ids of wallets, ascending. @throws StoreUnavailable, as all of these */
  async walletIds(after: string | undefined, limit: number): Promise<readonly string[]> {
    const query = byId(this.#db.collection(collections.wallets), '', after, limit).select();
    return (await reading(query.get(), readDeadlineMs)).docs.map(({ id }) => id);
  }

  /** Users, ascending, with the wallet that each is linked to. */
  async users(after: string | undefined, limit: number): Promise<readonly { uid: string; walletId: unknown }[]> {
    const query = byId(this.#db.collection(collections.users), '', after, limit).select('walletId');
    const { docs } = await reading(query.get(), readDeadlineMs);
    return docs.map((doc) => ({ uid: doc.id, walletId: doc.get('walletId') as unknown }));
  }

  /** Null when there is none. @throws UnreadableWallet */
  async wallet(walletId: string): Promise<Wallet | null> {
    if (!isWalletId(walletId)) return null;
    const document = (await reading(walletRef(this.#db, walletId).get(), readDeadlineMs)).data();
    if (document === undefined) return null;
    try {
      return mapDocumentToWallet(document);
    } catch (error) {
      throw new UnreadableWallet((error as Error).message);
    }
  }

  /** All documents of a wallet's chain, in no order that means anything. */
  async *entries(walletId: string): AsyncIterable<Entry> {
    for (let after: string | undefined; ;) {
      const query = byId(entriesOf(this.#db, walletId), '', after, entriesAtATime);
      const { docs } = await reading(query.get(), readDeadlineMs);
      for (const doc of docs) yield mapDocumentToEntry(doc.id, doc.data());
      if (docs.length < entriesAtATime) return;
      after = docs.at(-1)?.id;
    }
  }
}

/** A wallet's document that this release cannot read. */
export class UnreadableWallet extends Error {
  override readonly name = 'UnreadableWallet';
}
