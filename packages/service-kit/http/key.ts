/** The Idempotency-Key header: 1..255 visible ASCII characters (`wire.md`). Scope and digest are the ledger's matter. */
import { limits } from '@reelbanana/catalog';
import { invalid } from './problem.ts';

const visibleAscii = /^[\x21-\x7e]+$/;

/** The same for JSON Schema. */
export const keyPattern = visibleAscii.source;

/** Where the body carries the keys, one more in the header could only mislead. */
export function refuseKey(values: readonly string[] | undefined): '' {
  if (values === undefined || values.length === 0) return '';
  throw invalid([{ path, message: 'does not belong here: each command has its own idempotencyKey' }]);
}

const path = 'header.Idempotency-Key';

/** The key, or a VALIDATION_FAILED that names the header. `values`: every line of that header in the request. */
export function readKey(values: readonly string[] | undefined): string {
  if (values === undefined || values.length === 0) throw invalid([{ path, message: 'is required' }]);
  if (values.length > 1) throw invalid([{ path, message: 'was sent more than once' }]);
  const key = values[0] ?? '';
  const max = limits.idempotencyKeyLengthMax;
  if (key === '' || key.length > max) throw invalid([{ path, message: `must have 1 to ${max} characters` }]);
  if (!visibleAscii.test(key)) throw invalid([{ path, message: 'must be visible ASCII without spaces' }]);
  return key;
}
