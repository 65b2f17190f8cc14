// The ledger on Firestore, opened once a process.
import { AuditReports } from './audit/reports.ts';
import { Entries } from './entries.ts';
import { openDatabase, type DatabaseName } from './firestore/client.ts';
import { Connection } from './firestore/connection.ts';
import { FirestoreStore } from './stores/firestore.ts';
import { Usage } from './usage/usage.ts';
import { Users } from './users.ts';
import { Wallets } from './wallets.ts';

export interface Ledger {
  /** For `createEngine`, and for reading single entries. */
  readonly store: FirestoreStore;
  readonly users: Users;
  readonly entries: Entries;
  readonly usage: Usage;
  readonly wallets: Wallets;
  readonly audits: AuditReports;
  /** Closes both connections; calls under way fail. */
  close(): Promise<void>;
}

/** Opens a database. Nothing is sent before the first call. */
export function openFirestore(name: DatabaseName): Ledger {
  const db = openDatabase(name);
  const connection = new Connection(name);
  return {
    store: new FirestoreStore(connection),
    users: new Users(db, connection, `${name.projectId}/${name.databaseId}`),
    entries: new Entries(db),
    usage: new Usage(db, connection),
    wallets: new Wallets(db),
    audits: new AuditReports(db),
    close: async () => {
      await Promise.all([connection.close(), db.terminate()]);
    },
  };
}
