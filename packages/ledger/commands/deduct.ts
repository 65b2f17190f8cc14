// deduct: charges a price at once, without a hold.
import { tooMuch, tooOften } from '../caps.ts';
import { chargePostings, isCountable, spendable, waivedPostings } from '../funds.ts';
import { insufficientCredits, uncountable, walletFrozen } from '../rejection.ts';
import { replayOf } from '../replay.ts';
import type { DeductCommand } from '../types.ts';
import type { Outcome, Situation } from './outcome.ts';

export function deduct({ wallet, found, now }: Situation, command: DeductCommand, entryId: string): Outcome {
  const replay = replayOf(found.get(entryId), command);
  if (replay) return replay;
  if (wallet.status === 'frozen') return { refusal: walletFrozen() };
  const { perMinuteMax } = command;
  const often = tooOften(wallet, perMinuteMax, now);
  if (often) return { refusal: often };
  const credits = command.credits + 0; // -0 is 0
  const much = tooMuch(wallet, credits, now);
  if (much) return { refusal: much };
  if (wallet.unmetered && !isCountable(wallet, credits)) return { refusal: uncountable('credits') };
  if (!wallet.unmetered && credits > spendable(wallet)) return { refusal: insufficientCredits(wallet, credits) };

  const postings = wallet.unmetered ? waivedPostings(credits) : chargePostings(wallet, credits);
  const { operation, params, priceVersion } = command;
  return {
    step: {
      type: 'deduct',
      id: entryId,
      keyDigest: entryId,
      fingerprint: command.fingerprint,
      actor: command.actor,
      own: {
        credits,
        operation,
        params: { ...params },
        priceVersion,
        ...(wallet.unmetered ? { unmetered: true } : {}),
      },
      change: { postings, operation: { perMinuteMax } },
    },
  };
}
