// The Firestore client as this package uses it: gRPC (REST is 8x slower at 64 calls in flight, notes/firestore.md).
import { Firestore } from '@google-cloud/firestore';

export interface DatabaseName {
  readonly projectId: string;
  /** `(default)` or a named database. */
  readonly databaseId: string;
}

/** Opens a database. FIRESTORE_EMULATOR_HOST in the environment wins over Google's own address. */
export function openDatabase({ projectId, databaseId }: DatabaseName): Firestore {
  return new Firestore({ projectId, databaseId, preferRest: false });
}
