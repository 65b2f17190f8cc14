/**
 * Ids of the attempt protocol (`wire.md`, Ids and SDK attempts). The ledger owns RFC 8785; of arrays of strings and safe
 * integers JSON.stringify already gives those bytes, and this package may not import the ledger.
 */
import { createHash } from 'node:crypto';

/** First 32 hex of sha256 over the canonical JSON of the parts. Strings must be well formed, numbers safe integers. */
function id(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** The Idempotency-Key under which attempt `n` (1, 2, ...) of a client's operation reserves. */
export function attemptKey(operation: string, clientKey: string, n: number): string {
  return id('attempt', operation, clientKey, n);
}

/** The hold that a reserve under `reserveKey` opens in a wallet: known before, and without, asking for it. */
export function holdIdOf(walletId: string, reserveKey: string): string {
  return id('key', walletId, 'reserve', reserveKey);
}

/** Hex sha256 that tells whether two requests under one key are the same request. */
export function requestDigest(operation: string, request: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([operation, sorted(request)]))
    .digest('hex');
}

/** The same JSON value with the keys of every object in order, so that field order makes no difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => [key, sorted(field)]);
}
