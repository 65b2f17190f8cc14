// The LedgerStore on Firestore: wallets/{walletId} guarded by its update time, entries created once and never changed,
// facts (refs/) written with their wallet.
import type { Entry, Fact, Facts, Found } from '@reelbanana/ledger';
import type { Connection, FoundDocument } from '../firestore/connection.ts';
import { mapDocumentToEntry, mapDocumentToFact, mapDocumentToWallet } from '../firestore/documents.ts';
import { isTransient, mapCommitFailure, mapReadFailure } from '../firestore/failures.ts';
import { entryName, factName, isDigest, isWalletId, walletName } from '../firestore/paths.ts';
import { decodeFields } from '../firestore/values.ts';
import { versionOf, writesOf } from '../firestore/writes.ts';
import { CommitTooLarge, type LedgerStore, type StoredWallet, type WalletCommit } from '../port.ts';
import { hostTimers, sleep } from '../scheduler.ts';
import { commitBytes, commitBytesMax } from '../size.ts';
import { Gathered } from './gathered.ts';

/** Waits before a read that the network lost is sent again. Reading twice does no harm; a commit is sent once. */
const readPausesMs = [20, 100] as const;

export class FirestoreStore implements LedgerStore {
  readonly #connection: Connection;
  readonly #wallets = new Gathered((names, deadlineMs) => this.#read(names, deadlineMs));

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async load(walletId: string, deadlineMs: number): Promise<StoredWallet | null> {
    if (!isWalletId(walletId)) return null;
    const document = await this.#wallets.document(walletName(this.#connection.database, walletId), deadlineMs);
    if (document === undefined) return null;
    return { wallet: mapDocumentToWallet(decodeFields(document.fields)), version: versionOf(document.updateTime) };
  }

  find(walletId: string, ids: readonly string[], deadlineMs: number): Promise<Found> {
    return this.#byId<Entry>(walletId, ids, entryName, mapDocumentToEntry, deadlineMs);
  }

  facts(walletId: string, ids: readonly string[], deadlineMs: number): Promise<Facts> {
    return this.#byId<Fact>(walletId, ids, factName, mapDocumentToFact, deadlineMs);
  }

  async commit(lane: readonly WalletCommit[], deadlineMs: number): Promise<readonly string[]> {
    const sizeBytes = commitBytes(lane);
    if (sizeBytes > commitBytesMax) throw new CommitTooLarge(sizeBytes, commitBytesMax);
    const writes = writesOf(this.#connection.database, lane);
    try {
      const { writeResults, commitTime } = await this.#connection.commit(writes, deadlineMs);
      // The wallets' updates come first, in the order of the lane.
      return lane.map((_, index) => versionOf(writeResults[index]?.updateTime ?? commitTime));
    } catch (error) {
      throw mapCommitFailure(
        error,
        lane.map((part) => part.walletId),
      );
    }
  }

  /** Documents of a wallet; null for those that are not there. */
  async #byId<T>(
    walletId: string,
    ids: readonly string[],
    nameOf: (database: string, walletId: string, id: string) => string,
    map: (id: string, document: Record<string, unknown>) => T,
    deadlineMs: number,
  ): Promise<ReadonlyMap<string, T | null>> {
    const { database } = this.#connection;
    const found = new Map<string, T | null>(ids.map((id) => [id, null]));
    const legal = isWalletId(walletId) ? [...found.keys()].filter(isDigest) : [];
    if (legal.length === 0) return found;
    const names = legal.map((id) => nameOf(database, walletId, id));
    for (const { name, fields } of await this.#read(names, deadlineMs)) {
      const id = name.slice(name.lastIndexOf('/') + 1);
      found.set(id, map(id, decodeFields(fields)));
    }
    return found;
  }

  async #read(names: readonly string[], deadlineMs: number): Promise<FoundDocument[]> {
    const end = performance.now() + deadlineMs;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#connection.batchGet(names, end - performance.now());
      } catch (error) {
        const pauseMs = readPausesMs[attempt];
        const again = pauseMs !== undefined && isTransient(error) && performance.now() + pauseMs < end;
        if (!again) throw mapReadFailure(error);
        await sleep(hostTimers, pauseMs);
      }
    }
  }
}
