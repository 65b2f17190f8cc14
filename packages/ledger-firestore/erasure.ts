// Erasing a user: profile, link, readers and memos go, and the wallet's owner becomes a name that says nothing. Entries carry
// pseudonyms alone, so the chain stays as it is and still verifies.
//
// `users/{uid}` stays as a mark, {erasedAt}: a token of the user's may be good for an hour, and must not make a new wallet.
// (A sign-up grant will be remembered by an HMAC of the e-mail address, in a collection of its own that erasure leaves.)
import { randomBytes } from 'node:crypto';
import type { DocumentSnapshot, Firestore, Timestamp } from '@google-cloud/firestore';
import { loadOwnerPrefix } from '@reelbanana/catalog';
import type { Connection, Write } from './firestore/connection.ts';
import { readDeadlineMs, reading } from './firestore/deadline.ts';
import { mapCommitFailure } from './firestore/failures.ts';
import { auditName, memosOf, userName, userRef, walletName } from './firestore/paths.ts';
import { byId } from './firestore/queries.ts';
import { encodeFields } from './firestore/values.ts';
import { Conflict, StoreUnavailable, UnknownOutcome, type AuditRecord } from './port.ts';

export interface ErasureInput {
  readonly uid: string;
  /** Who erases, why and when; stored with the first of the writes. It names the wallet, never the user. */
  readonly audit: Omit<AuditRecord, 'action'>;
}

const attemptsMax = 3;
const memosAtATime = 200;

/**
 * In two steps, so that it can be taken up again wherever it was cut off: one commit that takes the person away and leaves
 * {erasedAt, walletId}; then, once the memos are gone, the link.
 */
export async function eraseUser(
  db: Firestore,
  connection: Connection,
  input: ErasureInput,
): Promise<{ erasedAt: number }> {
  for (let failures = 0; failures < attemptsMax;) {
    const user = await reading(userRef(db, input.uid).get(), readDeadlineMs);
    const walletId = user.get('walletId') as string | undefined;
    const erasedAt = user.get('erasedAt') as number | undefined;
    if (erasedAt !== undefined && walletId === undefined) return { erasedAt };
    if (erasedAt !== undefined && walletId !== undefined) await eraseMemos(db, walletId);
    const { database } = connection;
    const writes =
      erasedAt === undefined ? takeAway(database, user, walletId, input) : [mark(database, user, { erasedAt })];
    try {
      await connection.commit(writes, readDeadlineMs);
      // The next round reads what is stored, and goes on from there.
    } catch (error) {
      failures += 1;
      const failure = mapCommitFailure(error, walletId === undefined ? [] : [walletId]);
      if (!(failure instanceof Conflict || failure instanceof UnknownOutcome)) throw failure;
    }
  }
  throw new StoreUnavailable('the user could not be erased');
}

/** Everything that says who it was, in one commit, guarded by the profile that was read. */
function takeAway(
  database: string,
  user: DocumentSnapshot,
  walletId: string | undefined,
  { uid, audit }: ErasureInput,
): Write[] {
  const link = walletId === undefined ? {} : { walletId };
  const record = { ...audit, action: 'erase', ...link };
  const auditId = randomBytes(16).toString('hex');
  const writes: Write[] = [
    mark(database, user, { erasedAt: audit.at, ...link }),
    {
      update: { name: auditName(database, auditId), fields: encodeFields(record) },
      currentDocument: { exists: false },
    },
  ];
  if (walletId !== undefined) writes.push(nobodys(database, walletId, uid));
  return writes;
}

/** What remains of the profile, instead of all of it. */
function mark(database: string, user: DocumentSnapshot, fields: object): Write {
  return {
    update: { name: userName(database, user.id), fields: encodeFields(fields) },
    currentDocument: user.updateTime === undefined ? { exists: false } : { updateTime: timestampOf(user.updateTime) },
  };
}

/**
 * Two fields of the wallet, whatever its version: so a busy wallet cannot keep it waiting, and nothing that an engine wrote
 * is undone. An engine that still remembers the old fields writes the whole wallet, but under the version from before: that
 * commit fails, and the engine reads.
 */
function nobodys(database: string, walletId: string, uid: string): Write {
  // A load wallet stays one: out of revenue and liability.
  const prefix = uid.startsWith(loadOwnerPrefix) ? loadOwnerPrefix : '';
  const id = `${prefix}erased-${randomBytes(16).toString('hex')}`;
  return {
    update: { name: walletName(database, walletId), fields: encodeFields({ readers: [], owner: { id } }) },
    updateMask: { fieldPaths: ['readers', 'owner.id'] },
    currentDocument: { exists: true },
  };
}

async function eraseMemos(db: Firestore, walletId: string): Promise<void> {
  for (;;) {
    const { docs } = await reading(byId(memosOf(db, walletId), '', undefined, memosAtATime).get(), readDeadlineMs);
    if (docs.length === 0) return;
    const batch = db.batch();
    for (const doc of docs) batch.delete(doc.ref);
    await reading(batch.commit(), readDeadlineMs); // deleting twice does no harm, so it may fail like a read
  }
}

function timestampOf({ seconds, nanoseconds }: Timestamp) {
  return { seconds: String(seconds), nanos: nanoseconds };
}
