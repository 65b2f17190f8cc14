// The LedgerStore on Firestore: wallets/{walletId} guarded by its update time, entries created once and never changed.
import { FieldValue, Timestamp, type Firestore, type UpdateData, type WriteBatch } from '@google-cloud/firestore';
import type { Entry, Found } from '@reelbanana/ledger';
import { reading, within } from '../firestore/deadline.ts';
import {
  mapDocumentToEntry,
  mapDocumentToWallet,
  mapEntryToDocument,
  mapWalletToDocument,
} from '../firestore/documents.ts';
import { mapCommitFailure } from '../firestore/failures.ts';
import { auditRef, entriesOf, isEntryId, isWalletId, walletRef } from '../firestore/paths.ts';
import { CommitTooLarge, UnknownOutcome, type LedgerStore, type StoredWallet, type WalletCommit } from '../port.ts';
import { commitBytes, commitBytesMax } from '../size.ts';

export class FirestoreStore implements LedgerStore {
  readonly #db: Firestore;

  constructor(db: Firestore) {
    this.#db = db;
  }

  async load(walletId: string, deadlineMs: number): Promise<StoredWallet | null> {
    if (!isWalletId(walletId)) return null;
    const snapshot = await reading(walletRef(this.#db, walletId).get(), deadlineMs);
    const { updateTime } = snapshot;
    const document = snapshot.data();
    if (document === undefined || updateTime === undefined) return null;
    return { wallet: mapDocumentToWallet(document), version: versionOf(updateTime) };
  }

  async find(walletId: string, ids: readonly string[], deadlineMs: number): Promise<Found> {
    const found = new Map<string, Entry | null>(ids.map((id) => [id, null]));
    const entries = isWalletId(walletId) ? entriesOf(this.#db, walletId) : undefined;
    const refs = [...found.keys()].filter(isEntryId).flatMap((id) => entries?.doc(id) ?? []);
    if (refs.length === 0) return found;
    for (const snapshot of await reading(this.#db.getAll(...refs), deadlineMs)) {
      const document = snapshot.data();
      if (document !== undefined) found.set(snapshot.id, mapDocumentToEntry(snapshot.id, document));
    }
    return found;
  }

  async commit(lane: readonly WalletCommit[], deadlineMs: number): Promise<readonly string[]> {
    const sizeBytes = commitBytes(lane);
    if (sizeBytes > commitBytesMax) throw new CommitTooLarge(sizeBytes, commitBytesMax);
    const batch = this.#db.batch();
    for (const part of lane) updateWallet(batch, this.#db, part);
    for (const part of lane) createEntries(batch, this.#db, part);
    const late = () => new UnknownOutcome(`no answer within ${deadlineMs} ms`, false);
    const walletIds = lane.map((part) => part.walletId);
    const results = await within(batch.commit(), deadlineMs, late).catch((error: unknown) => {
      throw error instanceof UnknownOutcome ? error : mapCommitFailure(error, walletIds);
    });
    // The wallets' updates come first, in the order of the lane.
    return results.slice(0, lane.length).map((result) => versionOf(result.writeTime));
  }
}

function updateWallet(batch: WriteBatch, db: Firestore, part: WalletCommit): void {
  const document = mapWalletToDocument(part.wallet);
  // An update keeps the fields that it does not name: a wallet without deadlines must leave the index.
  const fields: UpdateData<object> = 'dueAt' in document ? document : { ...document, dueAt: FieldValue.delete() };
  batch.update(walletRef(db, part.walletId), fields, { lastUpdateTime: timestampOf(part.expected) });
}

function createEntries(batch: WriteBatch, db: Firestore, part: WalletCommit): void {
  const entries = entriesOf(db, part.walletId);
  for (const entry of part.entries) batch.create(entries.doc(entry.id), mapEntryToDocument(entry));
  for (const [id, audit] of part.audits ?? []) batch.create(auditRef(db, id), { ...audit, walletId: part.walletId });
}

function versionOf(time: Timestamp): string {
  return `${time.seconds}.${time.nanoseconds}`;
}

function timestampOf(version: string): Timestamp {
  const [seconds, nanoseconds] = version.split('.');
  return new Timestamp(Number(seconds), Number(nanoseconds));
}
