// What the audit reads, as it is stored: ids page by page, wallets, whole collections of entries. Nothing is looked up by a
// field that may have been tampered with, so an entry that hides from the index is read all the same.
import type { DocumentData, Firestore } from '@google-cloud/firestore';
import type { Entry, Fact, Wallet } from '@reelbanana/ledger';
import { readDeadlineMs, reading } from '../firestore/deadline.ts';
import { mapDocumentToEntry, mapDocumentToWallet } from '../firestore/documents.ts';
import { collections, entriesOf, isWalletId, refsOf, walletRef } from '../firestore/paths.ts';
import { byId } from '../firestore/queries.ts';

const documentsAtATime = 1_000;

/** A wallet and its facts as they stood at one moment. */
export interface Snapshot {
  readonly wallet: Wallet;
  /** By id, as they are stored. */
  readonly facts: ReadonlyMap<string, Fact>;
}

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
    return walletIn((await reading(walletRef(this.#db, walletId).get(), readDeadlineMs)).data());
  }

  /**
   * The wallet with its facts, which commits change: so both are read at one moment, in a transaction that locks nothing.
   * Null when there is no wallet. @throws UnreadableWallet
   */
  async snapshot(walletId: string): Promise<Snapshot | null> {
    if (!isWalletId(walletId)) return null;
    const facts = new Map<string, Fact>();
    const read = this.#db.runTransaction(
      async (transaction) => {
        const document = await transaction.get(walletRef(this.#db, walletId));
        for (let after: string | undefined; ;) {
          const query = byId(refsOf(this.#db, walletId), '', after, documentsAtATime);
          const { docs } = await transaction.get(query);
          for (const doc of docs) facts.set(doc.id, doc.data() as Fact);
          if (docs.length < documentsAtATime) return document.data();
          after = docs.at(-1)?.id;
        }
      },
      { readOnly: true },
    );
    const wallet = walletIn(await reading(read, readDeadlineMs));
    return wallet === null ? null : { wallet, facts };
  }

  /** All documents of a wallet's chain, in no order that means anything. */
  async *entries(walletId: string): AsyncIterable<Entry> {
    for (let after: string | undefined; ;) {
      const query = byId(entriesOf(this.#db, walletId), '', after, documentsAtATime);
      const { docs } = await reading(query.get(), readDeadlineMs);
      for (const doc of docs) yield mapDocumentToEntry(doc.id, doc.data());
      if (docs.length < documentsAtATime) return;
      after = docs.at(-1)?.id;
    }
  }
}

function walletIn(document: DocumentData | undefined): Wallet | null {
  if (document === undefined) return null;
  try {
    return mapDocumentToWallet(document);
  } catch (error) {
    throw new UnreadableWallet((error as Error).message);
  }
}

/** A wallet's document that this release cannot read. */
export class UnreadableWallet extends Error {
  override readonly name = 'UnreadableWallet';
}
