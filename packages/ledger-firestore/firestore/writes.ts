// Commits as Firestore's Write messages: wallets guarded by their version, and their facts by that, too;
// everything else created or not at all.
import type { Entry, Fact } from '@reelbanana/ledger';
import type { WalletCommit } from '../port.ts';
import type { Timestamp, Write } from './connection.ts';
import { mapEntryToDocument, mapWalletToDocument } from './documents.ts';
import { auditName, entryName, factName, walletName } from './paths.ts';
import { encodeFields } from './values.ts';

/** All writes of a commit: first the lane's wallets, in its order. `database` is `projects/P/databases/D`. */
export function writesOf(database: string, lane: readonly WalletCommit[]): Write[] {
  const writes = lane.map((part) => walletWrite(database, part));
  for (const { walletId, entries, facts, audits } of lane) {
    for (const entry of entries) writes.push(entryWrite(database, walletId, entry));
    for (const [id, fact] of facts ?? []) writes.push(factWrite(database, walletId, id, fact));
    for (const [id, audit] of audits ?? []) writes.push(createWrite(auditName(database, id), { ...audit, walletId }));
  }
  return writes;
}

/** Creates an entry: the commit fails if its id exists. */
export function entryWrite(database: string, walletId: string, entry: Entry): Write {
  return createWrite(entryName(database, walletId, entry.id), mapEntryToDocument(entry));
}

/** Replaces a fact: the wallet's own write in the same commit is its guard. */
function factWrite(database: string, walletId: string, factId: string, fact: Fact): Write {
  return { update: { name: factName(database, walletId, factId), fields: encodeFields(fact) } };
}

function createWrite(name: string, document: object): Write {
  return { update: { name, fields: encodeFields(document) }, currentDocument: absent };
}

const absent = { exists: false } as const;

function walletWrite(database: string, { walletId, wallet, expected }: WalletCommit): Write {
  const fields = encodeFields(mapWalletToDocument(wallet));
  const names = Object.keys(fields);
  // The mask keeps fields that it does not name. A wallet without deadlines must leave the index: named, not given.
  const fieldPaths = 'dueAt' in fields ? names : [...names, 'dueAt'];
  return {
    update: { name: walletName(database, walletId), fields },
    updateMask: { fieldPaths },
    currentDocument: { updateTime: timestampOf(expected) },
  };
}

/** The port's version of a document: its update time, to the last digit. */
export function versionOf({ seconds, nanos }: Timestamp): string {
  return `${seconds}.${nanos}`;
}

function timestampOf(version: string): Timestamp {
  const [seconds = '', nanos] = version.split('.');
  return { seconds, nanos: Number(nanos) };
}
