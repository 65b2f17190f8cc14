/** Remembers verified tokens by digest until they expire, bounded; verifications of the same token are joined. */
import { hash } from 'node:crypto';

export interface Verified<T> {
  readonly value: T;
  readonly expiresAtMs: number;
}

export interface TokenCache<T> {
  /** The verified value, from memory while it has not expired. What `verify` throws is thrown and never remembered. */
  get(token: string, verify: (token: string) => Promise<Verified<T>>): Promise<T>;
  readonly size: number;
}

/** `entriesMax` bounds memory: about 0.5 KB each. The token least recently used goes first. */
export function createTokenCache<T>(now: () => number, entriesMax = 10_000): TokenCache<T> {
  const verified = new Map<string, Verified<T>>();
  const pending = new Map<string, Promise<Verified<T>>>();

  const remember = (digest: string, entry: Verified<T>): void => {
    verified.delete(digest);
    verified.set(digest, entry);
    if (verified.size <= entriesMax) return; // looking for the oldest is slow: it walks over what was deleted in front of it
    for (const oldest of verified.keys()) return void verified.delete(oldest);
  };

  return {
    async get(token, verify) {
      // The digest, not the token: a heap dump holds nothing that signs in.
      const digest = hash('sha256', token, 'base64url');
      const known = verified.get(digest);
      if (known !== undefined && known.expiresAtMs > now()) {
        remember(digest, known);
        return known.value;
      }
      verified.delete(digest);
      let running = pending.get(digest);
      if (running === undefined) {
        running = verify(token).finally(() => pending.delete(digest));
        pending.set(digest, running);
      }
      const entry = await running;
      remember(digest, entry);
      return entry.value;
    },
    get size() {
      return verified.size;
    },
  };
}
