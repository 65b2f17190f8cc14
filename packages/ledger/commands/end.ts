// Repeats of a settle or release: the document is the hold's, so the entry itself says whose repeat it is.
import type { HoldStanding } from '../holds.ts';
import { commandKeyDigest } from '../ids.ts';
import { duplicateOperation } from '../rejection.ts';
import type { ReleaseCommand, SettleCommand } from '../types.ts';
import type { Outcome } from './outcome.ts';

/**
 * Equal kind and fingerprint: the stored answer, whatever key it comes with. The key of the winner with another body:
 * DUPLICATE_OPERATION. Anything else is no repeat.
 */
export function repeatOf(
  walletId: string,
  { end, body }: Extract<HoldStanding, { state: 'ended' }>,
  command: SettleCommand | ReleaseCommand,
): Exclude<Outcome, { step: unknown }> | undefined {
  if (body.type === command.type && body.fingerprint === command.fingerprint) {
    return { replay: { entry: end, body, replayed: true } };
  }
  return body.keyDigest === commandKeyDigest(walletId, command) ? { refusal: duplicateOperation() } : undefined;
}
