// deduct: charges a price at once, without a hold.
import { spend, spendable, spendingPostings } from '../funds.ts';
import { insufficientCredits, walletFrozen } from '../rejection.ts';
import { replayOf } from '../replay.ts';
import type { DeductCommand, Posting } from '../types.ts';
import type { Outcome, Situation } from './outcome.ts';

export function deduct({ wallet, found }: Situation, command: DeductCommand, entryId: string): Outcome {
  const replay = replayOf(found.get(entryId), command);
  if (replay) return replay;
  if (wallet.status === 'frozen') return { refusal: walletFrozen() };
  const credits = command.credits + 0; // -0 is 0
  if (credits > spendable(wallet)) return { refusal: insufficientCredits(wallet, credits) };

  const paid = spendingPostings(spend(wallet, credits));
  const postings: Posting[] = credits === 0 ? [] : [{ account: 'consumed', credits }, ...paid];
  const { operation, params, priceVersion } = command;
  return {
    step: {
      type: 'deduct',
      id: entryId,
      keyDigest: entryId,
      fingerprint: command.fingerprint,
      actor: command.actor,
      own: { credits, operation, params: { ...params }, priceVersion },
      change: { postings },
    },
  };
}
