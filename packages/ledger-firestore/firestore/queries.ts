// Every query of this package, by its shape: the emulator enforces no composite index, so a test holds these against
// firestore.indexes.json. No other file may filter or order.
import { FieldPath, type CollectionReference, type Query } from '@google-cloud/firestore';

export interface QueryShape {
  readonly collection: string;
  /** Fields that are compared for equality. */
  readonly equal: readonly string[];
  /** The field that is ordered by and may be bounded; null: by document id, which needs no index. */
  readonly order: { readonly field: string; readonly direction: 'asc' | 'desc' } | null;
}

export const queryShapes = {
  /** A stretch of a wallet's history: one shard of the index, newest first. */
  entriesOfShard: { collection: 'entries', equal: ['seqShard'], order: { field: 'seq', direction: 'desc' } },
  /** All wallets, or all users whose uid has a prefix, page by page. */
  walletsById: { collection: 'wallets', equal: [], order: null },
  usersById: { collection: 'users', equal: [], order: null },
  /** A wallet's memos, for erasure. */
  memosById: { collection: 'memos', equal: [], order: null },
  /** Wallets of one status, page by page. */
  walletsOfStatus: { collection: 'wallets', equal: ['status'], order: null },
  /** Users whose e-mail address has a prefix, page by page. */
  usersByEmail: { collection: 'users', equal: [], order: { field: 'email', direction: 'asc' } },
} as const satisfies Record<string, QueryShape>;

/** Entries with seq in [from, to], all of which lie in `shard`; newest first. */
export function entriesOfShard(entries: CollectionReference, shard: number, from: number, to: number): Query {
  const { equal, order } = queryShapes.entriesOfShard;
  return entries
    .where(equal[0], '==', shard)
    .where(order.field, '>=', from)
    .where(order.field, '<=', to)
    .orderBy(order.field, order.direction);
}

/** Documents in the order of their ids, after `after`, of those that begin with `prefix`. */
export function byId(collection: Query, prefix: string, after: string | undefined, limit: number): Query {
  const id = FieldPath.documentId();
  let query = collection.orderBy(id).limit(limit);
  if (prefix !== '') query = query.where(id, '>=', prefix).where(id, '<', `${prefix}\uf8ff`);
  return after === undefined ? query : query.startAfter(after);
}

/** Wallets of a status in the order of their ids, after `after`. */
export function ofStatus(
  wallets: CollectionReference,
  status: string,
  after: string | undefined,
  limit: number,
): Query {
  const [field] = queryShapes.walletsOfStatus.equal;
  return byId(wallets.where(field, '==', status), '', after, limit);
}

/** Users whose address begins with `prefix`, in its order, behind the address and the id in `after`. */
export function byEmail(
  users: CollectionReference,
  prefix: string,
  after: readonly string[] | undefined,
  limit: number,
): Query {
  const { field, direction } = queryShapes.usersByEmail.order;
  const query = users
    .where(field, '>=', prefix)
    .where(field, '<', `${prefix}\uf8ff`)
    .orderBy(field, direction)
    .orderBy(FieldPath.documentId(), direction)
    .limit(limit);
  return after === undefined ? query : query.startAfter(...after);
}
