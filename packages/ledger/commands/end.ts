// Repeats of a settle or release: the document is the hold's, so the entry itself says whose repeat it is.
import type { HoldStanding } from '../holds.ts';
import { commandKeyDigest } from '../ids.ts';
import { duplicateOperation } from '../rejection.ts';
import type { EntryType, ReleaseCommand, SettleCommand } from '../types.ts';
import type { Outcome } from './outcome.ts';

/** The entries that a command may have made. */
const KINDS: Readonly<Record<'settle' | 'release', readonly EntryType[]>> = {
  settle: ['settle', 'lateSettle'],
  release: ['release'],
};

/**
 * Equal kind and fingerprint: the stored answer, whatever key it comes with. The key of the winner with another body:
 * DUPLICATE_OPERATION. Anything else is no repeat.
 */
export function repeatOf(
  walletId: string,
  { end, body }: Extract<HoldStanding, { state: 'ended' }>,
  command: SettleCommand | ReleaseCommand,
): Extract<Outcome, { replay: unknown } | { refusal: unknown }> | undefined {
  if (KINDS[command.type].includes(body.type) && body.fingerprint === command.fingerprint) {
    return { replay: { entry: end, body, replayed: true } };
  }
  return body.keyDigest === commandKeyDigest(walletId, command) ? { refusal: duplicateOperation() } : undefined;
}
