/**
 * The limit of operations a minute, and how it is told: `RateLimit-Policy` and `RateLimit` as structured fields
 * (draft-ietf-httpapi-ratelimit-headers-10), one policy named `operations`. The window is the UTC minute of the wallet.
 *
 * Told where the wallet's minute is at hand: by reserve and deduct the ledger's answer carries it, so the hot path reads
 * and computes nothing for it; a reader of `me` has the wallet, or reads it beside the page. Settle, release and extend
 * come from services on their own and count for nothing; a replay counted when it was new, and says nothing of now.
 */
import { limits, loadOwnerPrefix } from '@reelbanana/catalog';
import { minuteOf, type Minute, type Wallet } from '@reelbanana/ledger';

export const minuteMs = 60_000;

export const isLoadOwner = (ownerId: string): boolean => ownerId.startsWith(loadOwnerPrefix);

/** What the command of a wallet's owner is bounded by; load wallets are exempt. */
export function perMinuteMaxOf(ownerId: string): number | undefined {
  return isLoadOwner(ownerId) ? undefined : limits.operationsPerMinuteMax;
}

/** The headers of an answer about `minute`, none where nothing bounds. `now`: Unix ms. */
export function rateLimitHeaders(minute: Minute | undefined, now: number): Record<string, string> {
  if (minute === undefined) return {};
  const { limit, used, since } = minute;
  const resetSeconds = Math.max(0, Math.ceil((since + minuteMs - now) / 1000));
  return {
    'RateLimit-Policy': `"operations";q=${limit};w=${minuteMs / 1000}`,
    RateLimit: `"operations";r=${Math.max(0, limit - used)};t=${resetSeconds}`,
  };
}

/** The same of a wallet as it was read. */
export function rateLimitOf(wallet: Wallet, now: number): Record<string, string> {
  return rateLimitHeaders(minuteOf(wallet, perMinuteMaxOf(wallet.owner.id), now), now);
}
