// Finding wallets, for administrators: by user, by the beginning of an e-mail address, by status, or all, page by page.
import type { DocumentReference, DocumentSnapshot, Firestore } from '@google-cloud/firestore';
import type { Wallet } from '@reelbanana/ledger';
import { cursorBehind, InvalidCursor, parseCursorBehind } from './cursor.ts';
import { readDeadlineMs, reading } from './firestore/deadline.ts';
import { mapDocumentToWallet } from './firestore/documents.ts';
import { collections, isWalletId, userRef, walletRef } from './firestore/paths.ts';
import { byEmail, byId, ofStatus } from './firestore/queries.ts';
import { isUid } from './users.ts';

export interface WalletQuery {
  readonly cursor?: string;
  /** 1..100 */
  readonly limit: number;
  /** At most one of uid and emailPrefix. */
  readonly uid?: string;
  /** Addresses are stored as Firebase gives them: in lower case. */
  readonly emailPrefix?: string;
  readonly status?: Wallet['status'];
}

export interface FoundWallet {
  /** As stored, time not applied. */
  readonly wallet: Wallet;
  /** Of the user whose wallet it is. */
  readonly email?: string;
  /** When the user first came, Unix ms. */
  readonly createdAt?: number;
}

export interface WalletPage {
  readonly wallets: readonly FoundWallet[];
  /** Absent at the end. A page that is filtered by status as well may be short, even empty, and have one. */
  readonly cursor?: string;
}

export class Wallets {
  readonly #db: Firestore;

  constructor(db: Firestore) {
    this.#db = db;
  }

  /** One page. @throws InvalidCursor, StoreUnavailable */
  async find(query: WalletQuery): Promise<WalletPage> {
    const { uid, emailPrefix, status } = query;
    const page = await (uid !== undefined
      ? this.#ofUser(uid)
      : emailPrefix !== undefined
        ? this.#byEmail(emailPrefix, query)
        : this.#all(query));
    return status === undefined
      ? page
      : { ...page, wallets: page.wallets.filter(({ wallet }) => wallet.status === status) };
  }

  async #ofUser(uid: string): Promise<WalletPage> {
    if (!isUid(uid)) return { wallets: [] };
    return { wallets: await this.#ofUsers([await reading(userRef(this.#db, uid).get(), readDeadlineMs)]) };
  }

  async #byEmail(prefix: string, { cursor, limit }: WalletQuery): Promise<WalletPage> {
    const after = cursor === undefined ? undefined : parseCursorBehind(cursor, 2);
    if (after !== undefined && !isUid(after[1] ?? '')) throw new InvalidCursor();
    const query = byEmail(this.#db.collection(collections.users), prefix, after, limit);
    const { docs } = await reading(query.get(), readDeadlineMs);
    const next = cursorOfPage(docs, limit, (last) => [last.get('email') as string, last.id]);
    return { wallets: await this.#ofUsers(docs), ...next };
  }

  async #all({ cursor, limit, status }: WalletQuery): Promise<WalletPage> {
    const [after] = cursor === undefined ? [] : parseCursorBehind(cursor, 1);
    if (after !== undefined && !isWalletId(after)) throw new InvalidCursor();
    const all = this.#db.collection(collections.wallets);
    const query = status === undefined ? byId(all, '', after, limit) : ofStatus(all, status, after, limit);
    const { docs } = await reading(query.get(), readDeadlineMs);
    const wallets = docs.map((doc) => mapDocumentToWallet(doc.data()));
    const owners = wallets.map(({ owner }) => userRef(this.#db, owner.id));
    const users = await this.#getAll(owners);
    const found = wallets.map((wallet) => foundOf(wallet, users.get(wallet.owner.id)));
    return { wallets: found, ...cursorOfPage(docs, limit, (last) => [last.id]) };
  }

  async #ofUsers(users: readonly DocumentSnapshot[]): Promise<FoundWallet[]> {
    const linked = users.flatMap((user) => {
      const walletId = user.get('walletId') as string | undefined;
      return walletId === undefined ? [] : [{ user, walletId }];
    });
    const wallets = await this.#getAll(linked.map(({ walletId }) => walletRef(this.#db, walletId)));
    return linked.flatMap(({ user, walletId }) => {
      const data = wallets.get(walletId)?.data();
      return data === undefined ? [] : [foundOf(mapDocumentToWallet(data), user)];
    });
  }

  /** By document id. */
  async #getAll(refs: readonly DocumentReference[]): Promise<ReadonlyMap<string, DocumentSnapshot>> {
    if (refs.length === 0) return new Map();
    const snapshots = await reading(this.#db.getAll(...refs), readDeadlineMs);
    return new Map(snapshots.map((snapshot) => [snapshot.id, snapshot]));
  }
}

function foundOf(wallet: Wallet, user: DocumentSnapshot | undefined): FoundWallet {
  const email = user?.get('email') as string | undefined;
  const createdAt = user?.get('createdAt') as number | undefined;
  return {
    wallet,
    ...(email === undefined ? {} : { email }),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}

/** A full page may have a next one. */
function cursorOfPage(
  docs: readonly DocumentSnapshot[],
  limit: number,
  valuesOf: (last: DocumentSnapshot) => readonly string[],
): { readonly cursor?: string } {
  const last = docs.at(-1);
  return last === undefined || docs.length < limit ? {} : { cursor: cursorBehind(valuesOf(last)) };
}
