// A wallet's history, newest first, page by page.
import type { Firestore } from '@google-cloud/firestore';
import { parseEntry, seqShard, type Entry, type EntryType } from '@reelbanana/ledger';
import { cursorOf, parseCursor } from './cursor.ts';
import { readDeadlineMs, reading } from './firestore/deadline.ts';
import { mapDocumentToEntry } from './firestore/documents.ts';
import { entriesOf, isWalletId, walletRef } from './firestore/paths.ts';
import { entriesOfShard } from './firestore/queries.ts';

export const pageLimitMax = 100;
/** A filtered page reads at most so many entries; what it has not found by then, the next page goes on for. */
export const scanMax = 1_000;
/** Entries that lie next to each other in one shard of the index. */
const shardRun = 64;
const scanStep = 2 * shardRun;

export interface PageQuery {
  /** From the page before; absent for the newest entries. */
  readonly cursor?: string;
  /** 1..100 */
  readonly limit: number;
  readonly type?: EntryType;
  readonly operation?: string;
}

export interface Page {
  readonly entries: readonly Entry[];
  /** Absent when nothing is older. A filtered page may be empty and still have one. */
  readonly cursor?: string;
}

export class Entries {
  readonly #db: Firestore;

  constructor(db: Firestore) {
    this.#db = db;
  }

  /**
   * One page. Empty for a wallet that is not there.
   * @throws InvalidCursor, StoreUnavailable; RangeError for a limit out of 1..100
   */
  async page(walletId: string, query: PageQuery): Promise<Page> {
    const { limit, type, operation } = query;
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= pageLimitMax)) throw new RangeError(`limit is ${limit}`);
    const cursor = query.cursor === undefined ? undefined : parseCursor(query.cursor);
    const head = isWalletId(walletId) ? await this.#headSeq(walletId) : 0;
    const filtered = type !== undefined || operation !== undefined;
    const matches = (entry: Entry) =>
      (type === undefined || entry.type === type) && (operation === undefined || entry.operation === operation);

    const entries: Entry[] = [];
    let before = Math.min(cursor ?? Infinity, head + 1);
    const end = Math.max(1, before - (filtered ? scanMax : limit));
    while (before > end && entries.length < limit) {
      const from = Math.max(end, before - scanStep);
      for (const entry of await this.range(walletId, from, before - 1)) {
        if (entries.length === limit) break;
        before = entry.seq;
        if (matches(entry)) entries.push(entry);
      }
      if (entries.length < limit) before = from;
    }
    return before > 1 ? { entries, cursor: cursorOf(before) } : { entries };
  }

  /** Entries with seq in [from, to], newest first. Knows their shards, so it asks one query for each run of 64. */
  async range(walletId: string, from: number, to: number): Promise<Entry[]> {
    const entries = entriesOf(this.#db, walletId);
    const runs: Promise<Entry[]>[] = [];
    for (let start = to; start >= from; start = Math.floor(start / shardRun) * shardRun - 1) {
      const first = Math.max(from, Math.floor(start / shardRun) * shardRun);
      const query = entriesOfShard(entries, seqShard(start), first, start);
      runs.push(
        reading(query.get(), readDeadlineMs).then(({ docs }) =>
          docs.map((doc) => mapDocumentToEntry(doc.id, doc.data())),
        ),
      );
    }
    return (await Promise.all(runs)).flat();
  }

  /**
   * The seq of the first entry that was created at or after `timeMs`, among seq 1 to `head`; head + 1 if there is none.
   * Time in a wallet never runs backwards, so halving finds it: one entry read a step, 20 for a million.
   */
  async firstSince(walletId: string, timeMs: number, head: number): Promise<number> {
    let low = 1;
    let high = head + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [entry] = await this.range(walletId, middle, middle);
      if (entry === undefined) throw new Error(`wallet ${walletId} has no entry ${middle}`);
      if (parseEntry(entry).createdAt < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The seq of the newest entry; 0 for an empty wallet and for none. Reads one field. */
  async #headSeq(walletId: string): Promise<number> {
    const read = this.#db.getAll(walletRef(this.#db, walletId), { fieldMask: ['seq'] });
    const [snapshot] = await reading(read, readDeadlineMs);
    return (snapshot?.get('seq') as number | undefined) ?? 0;
  }
}
