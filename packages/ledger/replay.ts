// The idempotency contract: an equal request gets the stored answer, another request under the same key is refused.
import { parseEntry } from './chain.ts';
import type { Outcome } from './commands/outcome.ts';
import { duplicateOperation } from './rejection.ts';
import type { Answer, Entry } from './types.ts';

/** What a command's own entry, if it was found, means for it. */
export function replayOf(
  stored: Entry | null | undefined,
  command: { readonly fingerprint: string },
  more?: (answer: Answer) => Partial<Answer>,
): Extract<Outcome, { replay: unknown } | { refusal: unknown }> | undefined {
  if (!stored) return undefined;
  const body = parseEntry(stored);
  if (body.fingerprint !== command.fingerprint) return { refusal: duplicateOperation() };
  const answer: Answer = { entry: stored, body, replayed: true };
  return { replay: { ...answer, ...more?.(answer) } };
}
