// What became of a hold: open, just run out, or ended by an entry that was read.
import { parseEntry } from './chain.ts';
import { endId, lateId } from './ids.ts';
import type { Situation } from './commands/outcome.ts';
import type { Entry, EntryBody, Hold, HoldState } from './types.ts';
import { openHold } from './wallet.ts';

/** How a hold stands. `actor` is the account that reserved it, where what was read tells. */
export type HoldStanding =
  | { readonly state: 'open'; readonly hold: Hold; readonly actor: string }
  /** Its deadline has passed; the entry that says so is written with the command, if that is accepted. */
  | { readonly state: 'lapsed'; readonly hold: Hold; readonly actor: string }
  | { readonly state: 'ended'; readonly end: Entry; readonly body: EntryBody; readonly actor: string | undefined }
  | { readonly state: 'unknown' };

/**
 * An end that was read is final, whatever an older wallet still says; else the wallet decides. What came after an expiry
 * (a late settle, or the end of every chance of one) says more than the expiry.
 */
export function standingOf({ before, wallet, found }: Situation, holdId: string): HoldStanding {
  const first = found.get(endId(holdId));
  if (first) {
    const end = (first.type === 'expireHold' ? found.get(lateId(holdId)) : undefined) ?? first;
    const body = parseEntry(end);
    return { state: 'ended', end, body, actor: reservedBy(found.get(holdId), body) };
  }
  const open = openHold(wallet, holdId);
  if (open !== undefined) return { state: 'open', hold: open, actor: open.actor };
  const lapsed = openHold(before, holdId);
  if (lapsed !== undefined) return { state: 'lapsed', hold: lapsed, actor: lapsed.actor };
  return { state: 'unknown' };
}

/** Only the account that reserved a hold can have settled or released it; what time ended tells nothing of it. */
function reservedBy(reserve: Entry | null | undefined, end: EntryBody): string | undefined {
  if (reserve) return parseEntry(reserve).actor.pseudonym;
  return end.actor.kind === 'time' ? undefined : end.actor.pseudonym;
}

/** The state that an end entry left its hold in. */
export function endedState({ type }: EntryBody): HoldState {
  switch (type) {
    case 'settle':
    case 'lateSettle':
      return 'settled';
    case 'release':
      return 'released';
    default:
      return 'expired';
  }
}
