// reserve: sets credits aside for work that is about to run. With `supersedes` it also ends an earlier attempt for ever.
import { tooMuch, tooOften } from '../caps.ts';
import { endChange, holdPostings, isCountable, spend, spendable } from '../funds.ts';
import type { Spending } from '../funds.ts';
import { endedState, standingOf } from '../holds.ts';
import { endId, fingerprint, lateId } from '../ids.ts';
import { holdAllocationsMax, holdsOpenMax } from '../limits.ts';
import {
  forbidden,
  holdClosed,
  holdLimit,
  holdNotFound,
  insufficientCredits,
  uncountable,
  walletFrozen,
} from '../rejection.ts';
import { replayOf } from '../replay.ts';
import type { Step } from '../step.ts';
import { advance } from '../time.ts';
import type { Advanced } from '../time.ts';
import type { Answer, EntryBody, Hold, HoldState, ReserveCommand } from '../types.ts';
import { openHold } from '../wallet.ts';
import type { Outcome, Situation } from './outcome.ts';

export function reserve(situation: Situation, command: ReserveCommand, entryId: string): Outcome {
  const replay = replayOf(situation.found.get(entryId), command, (answer) => standingNow(situation, answer));
  if (replay) return replay;

  const superseding = superseded(situation, command);
  if ('refusal' in superseding) return superseding;
  if (situation.wallet.status === 'frozen') return { refusal: walletFrozen() };
  const { perMinuteMax } = command;
  const often = tooOften(situation.wallet, perMinuteMax, situation.now);
  if (often) return { refusal: often };

  const { ending } = superseding;
  const wallet = ending?.wallet ?? situation.wallet;
  if (Object.keys(wallet.holds).length >= holdsOpenMax) return { refusal: holdLimit('openHolds', holdsOpenMax) };
  const credits = command.credits + 0; // -0 is 0
  const much = tooMuch(wallet, credits, situation.now);
  if (much) return { refusal: much };
  if (wallet.unmetered && !isCountable(wallet, credits)) return { refusal: uncountable('credits') };
  if (!wallet.unmetered && credits > spendable(wallet)) return { refusal: insufficientCredits(wallet, credits) };
  const spending = wallet.unmetered ? NOTHING : spend(wallet, credits);
  const unmetered = wallet.unmetered ? ({ unmetered: true } as const) : {};
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
    ...unmetered,
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
      ...unmetered,
    },
    change: { postings: holdPostings(entryId, spending), holds: { [entryId]: hold }, operation: { perMinuteMax } },
  };
  return { step, holdState: 'open', ...(ending === undefined ? {} : { after: ending }) };
}

/** What an unmetered hold sets aside. */
const NOTHING: Spending = { allocations: [], debt: 0 };

/**
 * What a reserve puts in front of itself to end the earlier attempt for ever: its release if it is open; if it has
 * expired, the document that a late settle of it would create. Or why it may not be superseded.
 */
function superseded(
  situation: Situation,
  { supersedes, actor }: ReserveCommand,
): { ending?: Advanced } | Extract<Outcome, { refusal: unknown }> {
  if (supersedes === undefined) return {};
  const standing = standingOf(situation, supersedes);
  // What time ended says nothing of its account: without the reserve nobody can be told to go on.
  if (standing.state === 'unknown' || standing.actor === undefined) return { refusal: holdNotFound() };
  if (standing.actor !== actor.pseudonym) return { refusal: forbidden() };
  switch (standing.state) {
    case 'ended': {
      const { type, credits } = standing.body;
      if (endedState(standing.body) === 'settled') return { refusal: holdClosed('settled', credits ?? 0) };
      // A wallet older than that end still holds the credits. It must be decided as it is, or they would be neither
      // held nor available and the reserve refused for the lack of them; its commit fails, and the next try knows.
      const open = openHold(situation.wallet, supersedes);
      if (open !== undefined) return { ending: supersedingRelease(situation, open, actor) };
      return type === 'expireHold' ? { ending: closing(situation, supersedes, standing.body, actor) } : {};
    }
    case 'lapsed':
      return { ending: closing(situation, supersedes, standing.hold, actor) };
    case 'open':
      return { ending: supersedingRelease(situation, standing.hold, actor) };
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

/** Claims the document of a late settle, so that none can land any more; it moves nothing. */
function closing(
  { wallet, now }: Situation,
  holdId: string,
  { operation }: Pick<EntryBody, 'operation'>,
  actor: ReserveCommand['actor'],
): Advanced {
  const id = lateId(holdId);
  const step: Step = {
    type: 'closeHold',
    id,
    keyDigest: id,
    fingerprint: fingerprint('supersede', holdId, {}),
    actor,
    own: { holdId, ...(operation === undefined ? {} : { operation }), reasonCode: 'superseded' },
    change: { postings: [] },
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
