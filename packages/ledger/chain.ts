// The hash chain: an entry's bytes, its hash, and the wallet's step from one entry to the next.
import { jcs } from './jcs.ts';
import type { Json } from './jcs.ts';
import { sha256 } from './sha256.ts';
import type { Entry, EntryBody, EntryType } from './types.ts';

/** What the first entry follows. It names environment and wallet, so a chain cannot be transplanted. */
export function genesis(env: string, walletId: string): string {
  return sha256(jcs([1, env, walletId, 'credit']));
}

/** The hash of an entry: over the previous hash and the stored bytes. */
export function entryHash(prevHash: string, body: string): string {
  return sha256(prevHash + body);
}

/** Spreads the index of a value that only grows over 16 ranges, 64 entries each. */
export function seqShard(seq: number): number {
  return Math.floor(seq / 64) % 16;
}

/** Bodies of entries that were parsed here. Fresh ones come in the decision's answer: remembering them costs more than it saves. */
const bodies = new WeakMap<Entry, EntryBody>();

/** Writes a body's bytes and links them to the entry in front of it. */
export function makeEntry(id: string, prevHash: string, body: EntryBody): Entry {
  const text = jcs(body as unknown as Json);
  return {
    id,
    body: text,
    prevHash,
    hash: entryHash(prevHash, text),
    seq: body.seq,
    seqShard: seqShard(body.seq),
    type: body.type satisfies EntryType,
    ...(body.operation === undefined ? {} : { operation: body.operation }),
  };
}

/** The body of an entry; parsed at most once an object. @throws SyntaxError if the stored bytes are not JSON */
export function parseEntry(entry: Entry): EntryBody {
  let body = bodies.get(entry);
  if (body === undefined) {
    body = JSON.parse(entry.body) as EntryBody;
    bodies.set(entry, body);
  }
  return body;
}
