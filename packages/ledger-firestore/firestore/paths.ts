// Where things live in Firestore (design section 6): every collection name of this package stands here once.
import type { CollectionReference, DocumentReference, Firestore } from '@google-cloud/firestore';

export const collections = {
  wallets: 'wallets',
  entries: 'entries',
  refs: 'refs',
  memos: 'memos',
  users: 'users',
  adminAudit: 'adminAudit',
  usage: 'usage',
  shards: 'shards',
  audits: 'audits',
} as const;

export function walletRef(db: Firestore, walletId: string): DocumentReference {
  return db.collection(collections.wallets).doc(walletId);
}

export function entriesOf(db: Firestore, walletId: string): CollectionReference {
  return walletRef(db, walletId).collection(collections.entries);
}

/** Free text beside entries: personal, so it can be erased. */
export function memosOf(db: Firestore, walletId: string): CollectionReference {
  return walletRef(db, walletId).collection(collections.memos);
}

export function userName(database: string, uid: string): string {
  return `${database}/documents/${collections.users}/${uid}`;
}

/** Counters of a day (`2026-06-01`) or of all days (`total`). */
export function usageShardRef(db: Firestore, day: string, shard: string): DocumentReference {
  return db.collection(collections.usage).doc(day).collection(collections.shards).doc(shard);
}

export function usageShardName(database: string, day: string, shard: string): string {
  return `${database}/documents/${collections.usage}/${day}/${collections.shards}/${shard}`;
}

export function refsOf(db: Firestore, walletId: string): CollectionReference {
  return walletRef(db, walletId).collection(collections.refs);
}

export function userRef(db: Firestore, uid: string): DocumentReference {
  return db.collection(collections.users).doc(uid);
}

/** The full resource names by which the v1 client knows documents; `database` is `projects/P/databases/D`. */
export function walletName(database: string, walletId: string): string {
  return `${database}/documents/${collections.wallets}/${walletId}`;
}

export function entryName(database: string, walletId: string, entryId: string): string {
  return `${walletName(database, walletId)}/${collections.entries}/${entryId}`;
}

export function factName(database: string, walletId: string, factId: string): string {
  return `${walletName(database, walletId)}/${collections.refs}/${factId}`;
}

export function auditName(database: string, id: string): string {
  return `${database}/documents/${collections.adminAudit}/${id}`;
}

/** Whether `text` can be a wallet's id: a path segment that came from outside must not reach another document. */
export function isWalletId(text: string): boolean {
  return /^[a-z0-9_-]{1,128}$/i.test(text) && !text.startsWith('__');
}

/** Whether `text` can be the id of an entry or a fact (32 hex): anything else names none, so it needs no read. */
export function isDigest(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}
