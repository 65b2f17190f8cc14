// The counters in Firestore: usage/{day}/shards/{id}, and usage/total for all days together. A document bears about one
// write a second, so an instance keeps to one of a few shards, and whoever reads adds them up.
import type { Firestore } from '@google-cloud/firestore';
import type { Connection, Write } from '../firestore/connection.ts';
import { readDeadlineMs, reading } from '../firestore/deadline.ts';
import { mapCommitFailure } from '../firestore/failures.ts';
import { usageShardName, usageShardRef } from '../firestore/paths.ts';
import { addCounts, type Counts } from './counts.ts';

const shards = ['0', '1', '2', '3', '4', '5', '6', '7'] as const;
const total = 'total';
const dayMs = 24 * 60 * 60_000;
/** Documents in one read. */
const readMax = 400;

export class Usage {
  readonly #db: Firestore;
  readonly #connection: Connection;
  readonly #shard: string;

  constructor(db: Firestore, connection: Connection, random: () => number = Math.random) {
    this.#db = db;
    this.#connection = connection;
    this.#shard = shards[Math.floor(random() * shards.length)] ?? shards[0];
  }

  /**
   * Adds to the counters, all or nothing, in one attempt: an increment that is sent twice counts twice.
   * @throws UnknownOutcome: it may have been added. Anything else: it was not.
   */
  async add(days: ReadonlyMap<string, Counts>, deadlineMs: number): Promise<void> {
    const sums = new Map<string, number>();
    for (const counts of days.values()) addCounts(sums, counts);
    const writes = [...days, [total, sums] as const].map(([day, counts]) => this.#write(day, counts));
    try {
      await this.#connection.commit(writes, deadlineMs);
    } catch (error) {
      throw mapCommitFailure(error, []);
    }
  }

  /** The counters of each day from `from` to `to`, both included; days without any are absent. @throws StoreUnavailable */
  async days(from: string, to: string): Promise<ReadonlyMap<string, Counts>> {
    const days: string[] = [];
    for (let at = Date.parse(from); at <= Date.parse(to); at += dayMs)
      days.push(new Date(at).toISOString().slice(0, 10));
    return this.#read(days);
  }

  /** The counters of all days together. @throws StoreUnavailable */
  async total(): Promise<Counts> {
    return (await this.#read([total])).get(total) ?? new Map();
  }

  #write(day: string, counts: Counts): Write {
    return {
      update: { name: usageShardName(this.#connection.database, day, this.#shard), fields: {} },
      updateMask: { fieldPaths: [] }, // or the document would be replaced
      updateTransforms: [...counts].map(([name, count]) => ({
        fieldPath: `\`${name}\``,
        increment: { integerValue: count },
      })),
    };
  }

  async #read(days: readonly string[]): Promise<Map<string, Map<string, number>>> {
    const refs = days.flatMap((day) => shards.map((shard) => usageShardRef(this.#db, day, shard)));
    const sums = new Map<string, Map<string, number>>();
    for (let from = 0; from < refs.length; from += readMax) {
      const some = await reading(this.#db.getAll(...refs.slice(from, from + readMax)), readDeadlineMs);
      for (const document of some) {
        const day = document.ref.parent.parent?.id ?? '';
        const counts = document.data() as Readonly<Record<string, number>> | undefined;
        if (counts === undefined) continue;
        const sum = sums.get(day) ?? new Map<string, number>();
        sums.set(day, sum);
        addCounts(sum, new Map(Object.entries(counts)));
      }
    }
    return sums;
  }
}
