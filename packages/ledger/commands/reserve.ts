// reserve: sets credits aside for work that is about to run. With `supersedes` it also ends an earlier attempt for ever.
import { holdPostings, endChange, spend, spendable } from '../funds.ts';
import { endedState, standingOf } from '../holds.ts';
import { endId, fingerprint } from '../ids.ts';
import { holdAllocationsMax, holdsOpenMax } from '../limits.ts';
import { forbidden, holdClosed, holdLimit, holdNotFound, insufficientCredits, walletFrozen } from '../rejection.ts';
import { replayOf } from '../replay.ts';
import type { Step } from '../step.ts';
import { advance } from '../time.ts';
import type { Advanced } from '../time.ts';
import type { Answer, Hold, HoldState, ReserveCommand } from '../types.ts';
import { openHold } from '../wallet.ts';
import type { Outcome, Situation } from './outcome.ts';

export function reserve(situation: Situation, command: ReserveCommand, entryId: string): Outcome {
  const replay = replayOf(situation.found.get(entryId), command, (answer) => standingNow(situation, answer));
  if (replay) return replay;

  const superseding = superseded(situation, command);
  if ('refusal' in superseding) return superseding;
  if (situation.wallet.status === 'frozen') return { refusal: walletFrozen() };

  const { released } = superseding;
  const wallet = released?.wallet ?? situation.wallet;
  if (Object.keys(wallet.holds).length >= holdsOpenMax) return { refusal: holdLimit('openHolds', holdsOpenMax) };
  const credits = command.credits + 0; // -0 is 0
  if (credits > spendable(wallet)) return { refusal: insufficientCredits(wallet, credits) };
  const spending = spend(wallet, credits);
  if (spending.allocations.length > holdAllocationsMax) {
    return { refusal: holdLimit('allocations', holdAllocationsMax) };
  }

  const { operation, priceVersion, params, supersedes, actor } = command;
  const expiresAt = situation.now + command.ttlMs;
  const hold: Hold = {
    holdId: entryId,
    credits,
    allocations: spending.allocations,
    debt: spending.debt,
    operation,
    priceVersion,
    actor: actor.pseudonym,
    createdAt: situation.now,
    expiresAt,
  };
  const step: Step = {
    type: 'reserve',
    id: entryId,
    keyDigest: entryId,
    fingerprint: command.fingerprint,
    actor,
    own: {
      credits,
      expiresAt,
      holdId: entryId,
      operation,
      params: { ...params }, // the stored answer must not follow a caller's object
      priceVersion,
      ...(supersedes === undefined ? {} : { supersedes }),
    },
    change: { postings: holdPostings(entryId, spending), holds: { [entryId]: hold } },
  };
  return { step, holdState: 'open', ...(released === undefined ? {} : { after: released }) };
}

/** The release that a reserve puts in front of itself, if the earlier attempt is still open; or why it may not be. */
function superseded(
  situation: Situation,
  { supersedes, actor }: ReserveCommand,
): { released?: Advanced } | Extract<Outcome, { refusal: unknown }> {
  if (supersedes === undefined) return {};
  const standing = standingOf(situation, supersedes);
  // What time ended says nothing of its account: without the reserve nobody can be told to go on.
  if (standing.state === 'unknown' || standing.actor === undefined) return { refusal: holdNotFound() };
  if (standing.actor !== actor.pseudonym) return { refusal: forbidden() };
  switch (standing.state) {
    case 'ended': {
      if (standing.body.type === 'settle') return { refusal: holdClosed('settled', standing.body.credits ?? 0) };
      // A wallet older than that end still holds the credits. It must be decided as it is, or they would be neither
      // held nor available and the reserve refused for the lack of them; its commit fails, and the next try knows.
      const open = openHold(situation.wallet, supersedes);
      return open === undefined ? {} : { released: supersedingRelease(situation, open, actor) };
    }
    case 'lapsed':
      return {};
    case 'open':
      return { released: supersedingRelease(situation, standing.hold, actor) };
  }
}

/** Its key and fingerprint are its own: no client's release of that hold is ever a repeat of it. */
function supersedingRelease({ wallet, now }: Situation, hold: Hold, actor: ReserveCommand['actor']): Advanced {
  const id = endId(hold.holdId);
  const step: Step = {
    type: 'release',
    id,
    keyDigest: id,
    fingerprint: fingerprint('supersede', hold.holdId, {}),
    actor,
    own: { holdId: hold.holdId, operation: hold.operation, reasonCode: 'superseded' },
    change: endChange(wallet, hold, 0),
  };
  return advance(wallet, step, now);
}

/** A replayed reserve also says how its hold stands now. */
function standingNow(situation: Situation, { entry, body }: Answer): Partial<Answer> {
  const standing = standingOf(situation, entry.id);
  switch (standing.state) {
    case 'open':
      return { holdState: 'open' };
    case 'lapsed':
      return { holdState: 'expired' };
    case 'ended': {
      const holdState = endedState(standing.body);
      return holdState === 'settled' ? { holdState, settledCredits: standing.body.credits ?? 0 } : { holdState };
    }
    case 'unknown':
      return newerThan(situation, body.seq, body.expiresAt ?? 0);
  }
}

/** The wallet was read before the reserve was written: without an end, only its deadline can have ended it. */
function newerThan({ before, now }: Situation, seq: number, expiresAt: number): Partial<Answer> {
  if (seq <= before.seq) return {}; // ended by an entry that was not read: the caller reads `reads(command)` and asks again
  const holdState: HoldState = expiresAt <= now ? 'expired' : 'open';
  return { holdState };
}
