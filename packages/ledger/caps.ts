// What a wallet may do in a minute, a day, a month of UTC: counted in the wallet itself, so exact and shared by everyone.
import { capExceeded, rateLimited } from './rejection.ts';
import type { Caps, Minute, Posting, Rejection, Wallet, Window } from './types.ts';

type Cap = keyof Caps;
type Windows = NonNullable<Wallet['windows']>;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** When the minute, day or month of `at` began, Unix ms. */
function began(cap: Cap, at: number): number {
  if (cap === 'perMinute') return at - (at % MINUTE_MS);
  if (cap === 'daily') return at - (at % DAY_MS);
  const day = new Date(at);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth());
}

/** When the window that began at `since` ends, Unix ms. */
function endOf(cap: Cap, since: number): number {
  if (cap === 'perMinute') return since + MINUTE_MS;
  if (cap === 'daily') return since + DAY_MS;
  const day = new Date(since);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1);
}

/** The window of a cap at a moment: a new one is empty. */
function windowAt({ windows }: Wallet, cap: Cap, at: number): Window {
  const since = began(cap, at);
  const window = windows?.[cap];
  return window?.since === since ? window : { since, used: 0 };
}

/** How the minute of `now` stands under the wallet's own cap, or else under `perMinuteMax`; undefined where nothing bounds. */
export function minuteOf(wallet: Wallet, perMinuteMax: number | undefined, now: number): Minute | undefined {
  const limit = wallet.caps?.perMinute ?? perMinuteMax;
  return limit === undefined ? undefined : { limit, ...windowAt(wallet, 'perMinute', now) };
}

/** Why one more operation is too many this minute, if it is. */
export function tooOften(wallet: Wallet, perMinuteMax: number | undefined, now: number): Rejection | undefined {
  const limit = wallet.caps?.perMinute ?? perMinuteMax;
  if (limit === undefined) return undefined;
  const { since, used } = windowAt(wallet, 'perMinute', now);
  return used < limit ? undefined : rateLimited(limit, endOf('perMinute', since) - now);
}

/** Why `credits` are too many for the day or the month, if they are. What is waived counts for neither. */
export function tooMuch(wallet: Wallet, credits: number, now: number): Rejection | undefined {
  if (wallet.unmetered || credits === 0) return undefined;
  for (const cap of ['daily', 'monthly'] as const) {
    const limit = wallet.caps?.[cap];
    if (limit === undefined) continue;
    const { since, used } = windowAt(wallet, cap, now);
    if (credits > limit - used) return capExceeded(cap, limit, used, credits, endOf(cap, since));
  }
  return undefined;
}

/** What an entry counts for. */
export interface Counted {
  readonly postings: readonly Posting[];
  /** Present on a reserve and a deduct: what `tooOften` was asked. */
  readonly operation?: { readonly perMinuteMax?: number | undefined };
  /** An entry that ends a hold: when that was reserved, Unix ms. */
  readonly heldAt?: number;
  readonly settings?: { readonly caps?: Caps };
}

/** The windows after an entry that took effect at `at`; undefined where nothing is counted. */
export function windowsAfter(wallet: Wallet, counted: Counted, at: number): Windows | undefined {
  const { postings, operation, heldAt, settings } = counted;
  if (settings !== undefined)
    return settings.caps === undefined ? wallet.windows : windowsUnder(wallet, settings.caps, at);
  const { caps } = wallet;
  let after = wallet.windows;
  if (operation !== undefined && (caps?.perMinute ?? operation.perMinuteMax) !== undefined) {
    const window = windowAt(wallet, 'perMinute', at);
    after = { ...after, perMinute: { ...window, used: window.used + 1 } };
  }
  if (caps?.daily === undefined && caps?.monthly === undefined) return after;
  const spent = spentBy(postings);
  if (spent === 0) return after;
  for (const cap of ['daily', 'monthly'] as const) {
    if (caps[cap] === undefined) continue;
    const window = windowAt(wallet, cap, at);
    // What a hold returns was counted when it was reserved, unless that was in another window or before the cap was set.
    if (spent < 0 && (heldAt ?? -Infinity) < (window.from ?? window.since)) continue;
    after = { ...after, [cap]: { ...window, used: Math.max(0, window.used + spent) } };
  }
  return after;
}

/** Set aside or consumed, without what was set aside before and what is waived. */
function spentBy(postings: readonly Posting[]): number {
  let spent = 0;
  for (const { account, credits } of postings) {
    if (account === 'held' || account === 'consumed' || account === 'waived') spent += credits;
  }
  return spent;
}

/** A cap that stays in force goes on counting; one that is set begins now. */
function windowsUnder(wallet: Wallet, caps: Caps, at: number): Windows | undefined {
  const perMinute = wallet.windows?.perMinute;
  const after: { -readonly [C in Cap]?: Window } = perMinute === undefined ? {} : { perMinute };
  for (const cap of ['daily', 'monthly'] as const) {
    if (caps[cap] === undefined) continue;
    const known = wallet.caps?.[cap] === undefined ? undefined : wallet.windows?.[cap];
    after[cap] = known ?? { since: began(cap, at), used: 0, from: at };
  }
  return wallet.windows === undefined && Object.keys(after).length === 0 ? undefined : after;
}
