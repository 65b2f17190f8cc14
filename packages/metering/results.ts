/**
 * Where results of paid operations are kept, and under which names (`wire.md`, Narrate): `pending/{holdId}` before the
 * hold is settled, `results/{uid}/{holdId}` after. Only the second is ever read for a user, and only under the uid of the
 * token that asks.
 */

import { untilAborted } from './abort.ts';

/** What is said of a result besides its bytes: the fields of the answer, and which request it answers. */
export interface ResultFacts {
  readonly contentType: string;
  /** Fields of the service's own answer (`seconds`, ...). JSON. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Digest of the request: the same key with another request must not be given this result. */
  readonly requestDigest: string;
  /** What its hold is settled for. */
  readonly credits: number;
}

export interface ResultObject extends ResultFacts {
  /** The bytes are fetched only when they are wanted. */
  bytes(): Promise<Uint8Array>;
}

/** Adapters: Cloud Storage (cloud-results.ts), memory (below). Puts replace. */
export interface ResultStore {
  put(name: string, facts: ResultFacts, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<ResultObject | null>;
}

/** Made and not yet charged: nobody's to read. */
export const pendingName = (holdId: string): string => `pending/${holdId}`;

/** Charged and its owner's. Encoded, because a uid may hold a slash. */
export const resultName = (uid: string, holdId: string): string => `results/${encodeURIComponent(uid)}/${holdId}`;

/**
 * The store, whose every call ends within `timeoutMs`. One that never ended would keep its run for ever, and with it
 * every later request under the same key, since they join it.
 */
export function inTime(timeoutMs: number, store: ResultStore): ResultStore {
  const bounded = <T>(work: () => Promise<T>): Promise<T> => untilAborted(AbortSignal.timeout(timeoutMs), work);
  return {
    put: (...asked) => bounded(() => store.put(...asked)),
    get: async (name) => {
      const found = await bounded(() => store.get(name));
      return found === null ? null : { ...found, bytes: () => bounded(() => found.bytes()) };
    },
  };
}

/** A store for tests. */
export function memoryResults(): ResultStore & {
  readonly objects: ReadonlyMap<string, ResultFacts & { content: Uint8Array }>;
} {
  const objects = new Map<string, ResultFacts & { content: Uint8Array }>();
  return {
    objects,
    put: (name, { contentType, fields, requestDigest, credits }, bytes) => {
      objects.set(name, {
        contentType,
        fields: structuredClone(fields),
        requestDigest,
        credits,
        content: bytes.slice(),
      });
      return Promise.resolve();
    },
    get: (name) => {
      const found = objects.get(name);
      if (found === undefined) return Promise.resolve(null);
      const { content, ...facts } = found;
      return Promise.resolve({ ...facts, bytes: () => Promise.resolve(content.slice()) });
    },
  };
}
