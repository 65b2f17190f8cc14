// Helpers of the audit, which must speak about bytes that may be anything.
import { jcs } from '../jcs.ts';
import type { Json } from '../jcs.ts';
import type { Invariant } from '../invariants.ts';
import { sha256 } from '../sha256.ts';

/** Runs `work`; a throw is a finding, not an end. */
export function safely<T>(work: () => T, onThrow: () => void): T | undefined {
  try {
    return work();
  } catch {
    onThrow();
    return undefined;
  }
}

/** The canonical text of anything, undefined where it has none. */
export function canonical(value: unknown): string | undefined {
  return safely(
    () => jcs(value as Json),
    () => undefined,
  );
}

/** The digest of anything's canonical text; of nothing, a text that is no digest. */
export function sha256Of(value: unknown): string {
  const text = canonical(value);
  return text === undefined ? 'no digest' : sha256(text);
}

export function idOf(...parts: readonly (string | number)[]): string {
  return sha256Of(parts).slice(0, 32);
}

export type Report = (invariant: Invariant, detail: string) => void;
