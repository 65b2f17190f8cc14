// What time has decided: holds that ran out are released, grants that ran out expire, in the order of their deadlines.
import { timeMsMax } from './limits.ts';
import { endId, fingerprint, timeId } from './ids.ts';
import { beginGrant } from './buckets.ts';
import { endChange } from './funds.ts';
import { write } from './step.ts';
import type { Step, Written } from './step.ts';
import type { Actor, Entry, Grant, Hold, Posting, Wallet } from './types.ts';

const TIME: Actor = { kind: 'time', pseudonym: 'time' };

/** Time in a wallet never runs backwards, and a clock that says nonsense says nothing. Unix ms. */
export function clock(wallet: Wallet, now: number): number {
  const ms = typeof now === 'number' ? Math.floor(now) : NaN;
  return ms > wallet.at && ms <= timeMsMax ? ms : wallet.at;
}

/** The earliest deadline of a hold or of credits that remain, exact, Unix ms; undefined when nothing ever falls due. */
export function dueAt(wallet: Wallet): number | undefined {
  const hold = nextHold(wallet.holds);
  const grant = nextGrant(wallet);
  const earliest = Math.min(hold?.expiresAt ?? Infinity, grant?.expiresAt ?? Infinity);
  return earliest === Infinity ? undefined : earliest;
}

export interface TimeApplied {
  readonly wallet: Wallet;
  readonly entries: readonly Entry[];
}

/**
 * Applies every deadline up to `now`, in their order, holds before grants where they tie. Each is an entry with
 * `effectiveAt` = its deadline, but never before the entry in front of it: credits that a hold returns after their grant
 * has expired expire at the moment of their return. Applying time earlier or more often changes nothing else.
 */
export function applyTime(wallet: Wallet, now: number): TimeApplied {
  return applyDeadlines(wallet, clock(wallet, now), 0);
}

/** As `applyTime`, behind an entry that took effect at `since`. */
function applyDeadlines(wallet: Wallet, now: number, since: number): TimeApplied {
  let current = wallet;
  let effectiveAt = since;
  let entries: Entry[] | undefined;
  for (;;) {
    const due = nextDue(current, now);
    if (due === undefined) return { wallet: current, entries: entries ?? NOTHING };
    effectiveAt = Math.max(effectiveAt, due.expiresAt);
    const step = 'holdId' in due ? expireHold(current, due) : endGrant(current, due, effectiveAt);
    const written = write(current, step, now, effectiveAt);
    (entries ??= []).push(written.entry);
    current = written.wallet;
  }
}

const NOTHING: readonly Entry[] = [];

/** A command's entry, and what time does at once because of it. */
export interface Advanced extends Written {
  /** The command's entry, then the expiry of credits that came back to a grant which had expired. */
  readonly entries: readonly Entry[];
}

/** Writes a command's step at `now`; credits that it returns after their grant has expired expire at once. */
export function advance(wallet: Wallet, step: Step, now: number): Advanced {
  const own = write(wallet, step, now, now);
  const after = applyDeadlines(own.wallet, now, now);
  return { ...own, wallet: after.wallet, entries: [own.entry, ...after.entries] };
}

function nextDue(wallet: Wallet, now: number): Hold | ExpiringGrant | undefined {
  const hold = nextHold(wallet.holds);
  const grant = nextGrant(wallet);
  if (hold !== undefined && hold.expiresAt <= now && hold.expiresAt <= (grant?.expiresAt ?? Infinity)) return hold;
  return grant !== undefined && grant.expiresAt <= now ? grant : undefined;
}

function expireHold(wallet: Wallet, hold: Hold): Step {
  const id = endId(hold.holdId);
  return {
    type: 'expireHold',
    id,
    keyDigest: id,
    fingerprint: fingerprint('time', hold.holdId, {}),
    actor: TIME,
    own: { holdId: hold.holdId, operation: hold.operation },
    change: endChange(wallet, hold, 0),
  };
}

/** The grant's time has come: what its plan lets go on rolls over, the rest expires. */
function endGrant(wallet: Wallet, grant: ExpiringGrant, effectiveAt: number): Step {
  const { grantId, remaining, rollover } = grant;
  const id = timeId(wallet.walletId, wallet.seq + 1);
  const common = { id, keyDigest: id, fingerprint: fingerprint('time', grantId, {}), actor: TIME };
  const gone: Posting = { account: 'available', credits: 0 - remaining, grantId };
  // What a hold returns later has missed its time: it expires at once.
  if (rollover === undefined || effectiveAt > grant.expiresAt) {
    const expired: Posting = { account: 'expired', credits: remaining };
    return { type: 'expireGrant', ...common, own: { grantId }, change: { postings: [gone, expired] } };
  }
  const credits = Math.min(remaining, rollover.cap);
  const origin = { kind: grant.kind, credits, expiresAt: rollover.expiresAt, source: 'rollover' };
  const { bucket, fields } = beginGrant(wallet, id, origin);
  const postings: Posting[] = [gone, { account: 'available', credits, grantId: bucket.grantId }];
  if (remaining > credits) postings.push({ account: 'expired', credits: remaining - credits });
  const { rollover: _applied, ...ended } = grant;
  return {
    type: 'rollover',
    ...common,
    own: { grant: fields, grantId },
    change: { postings, grants: [ended, bucket] },
  };
}

type ExpiringGrant = Grant & { readonly expiresAt: number };

/** Grants stand in the order of their expiry: the first that has credits and can expire is the next. */
function nextGrant(wallet: Wallet): ExpiringGrant | undefined {
  for (const grant of wallet.grants) {
    if (grant.expiresAt === undefined) return undefined;
    if (grant.remaining > 0) return grant as ExpiringGrant;
  }
  return undefined;
}

/** Holds are shared between the wallets of a batch until one opens or ends: look for the next deadline once. */
const nextHolds = new WeakMap<Wallet['holds'], Hold | null>();

function nextHold(holds: Wallet['holds']): Hold | undefined {
  let next = nextHolds.get(holds);
  if (next === undefined) {
    next = null;
    for (const holdId in holds) {
      const hold = holds[holdId] as Hold;
      if (next === null || endsBefore(hold, next)) next = hold;
    }
    nextHolds.set(holds, next);
  }
  return next ?? undefined;
}

/** By deadline, then by age; the id decides between holds of one millisecond, so that the order is total. */
function endsBefore(a: Hold, b: Hold): boolean {
  if (a.expiresAt !== b.expiresAt) return a.expiresAt < b.expiresAt;
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt;
  return a.holdId < b.holdId;
}
