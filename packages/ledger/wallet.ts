// A wallet's state: how one begins, what its balance is, and how postings change it.
import { genesis } from './chain.ts';
import type { Account, BalanceAfter, Grant, Hold, Owner, Posting, Settings, Wallet } from './types.ts';

export interface CreateWalletInput {
  readonly walletId: string;
  /** project id + '/' + database id */
  readonly env: string;
  readonly owner: Owner;
  readonly readers: readonly string[];
}

const NO_TOTALS: Readonly<Record<Account, number>> = {
  issued: 0,
  available: 0,
  held: 0,
  consumed: 0,
  expired: 0,
  clawedBack: 0,
  waived: 0,
  debt: 0,
};

/** An empty wallet: seq 0, its head is the genesis of its chain. */
export function createWallet({ walletId, env, owner, readers }: CreateWalletInput): Wallet {
  return {
    v: 1,
    walletId,
    env,
    owner: { kind: owner.kind, id: owner.id },
    readers: [...readers],
    grants: [],
    holds: {},
    unmetered: false,
    status: 'active',
    overdraftLimit: 0,
    debt: 0,
    totals: { ...NO_TOTALS },
    seq: 0,
    headHash: genesis(env, walletId),
    at: 0,
  };
}

/** What the owner can spend, what open holds have set aside, and what is owed. Time is not applied here. */
export function balance(wallet: Wallet): BalanceAfter {
  return { available: wallet.totals.available, held: wallet.totals.held, debt: wallet.debt };
}

/** The open hold of that id. Own keys only: `__proto__` and `constructor` are no holds. */
export function openHold(wallet: Wallet, holdId: string): Hold | undefined {
  return Object.hasOwn(wallet.holds, holdId) ? wallet.holds[holdId] : undefined;
}

/**
 * What an entry changes beside what its postings say: holds that open, change or end (null), grants that begin, settings.
 */
export interface Change {
  readonly postings: readonly Posting[];
  readonly holds?: Readonly<Record<string, Hold | null>>;
  /** Grants that begin, or begin again, in their place of the burn-down order; one that is there already is replaced. */
  readonly grants?: readonly Grant[];
  readonly settings?: Partial<Settings>;
  /** A reserve or deduct: it counts against the operations a minute. */
  readonly operation?: { readonly perMinuteMax?: number | undefined };
  /** The end of a hold: when that was reserved, Unix ms. */
  readonly heldAt?: number;
}

/** The wallet after a change; seq, head and time are the chain's to move. Unchanged parts are shared. */
export function applyChange(before: Wallet, change: Change): Wallet {
  const wallet = change.settings === undefined ? before : { ...before, ...change.settings };
  const holds = change.holds === undefined ? wallet.holds : changedHolds(wallet.holds, change.holds);
  if (change.postings.length === 0 && holds === wallet.holds) return wallet;
  const totals: Record<Account, number> = { ...wallet.totals };
  for (const posting of change.postings) totals[posting.account] += posting.credits;
  return { ...wallet, holds, totals, debt: 0 - totals.debt, grants: changedGrants(wallet.grants, holds, change) };
}

function changedHolds(
  holds: Readonly<Record<string, Hold>>,
  changes: Readonly<Record<string, Hold | null>>,
): Readonly<Record<string, Hold>> {
  const changed = Object.entries(changes);
  if (changed.length === 0) return holds;
  const result = { ...holds };
  for (const [holdId, hold] of changed) {
    if (hold === null) delete result[holdId];
    else result[holdId] = hold;
  }
  return result;
}

/** Grants stand in burn-down order: soonest expiry (none last), then priority, then age. */
function spentBefore(a: Grant, b: Grant): boolean {
  const expiryA = a.expiresAt ?? Infinity;
  const expiryB = b.expiresAt ?? Infinity;
  if (expiryA !== expiryB) return expiryA < expiryB;
  return a.priority !== b.priority ? a.priority < b.priority : a.seq < b.seq;
}

/** The grants with one more, or with another state of one. */
export function withGrant(grants: readonly Grant[], grant: Grant): readonly Grant[] {
  const known = grants.findIndex(({ grantId }) => grantId === grant.grantId);
  if (known >= 0) return grants.with(known, grant);
  const place = grants.findIndex((other) => spentBefore(grant, other));
  return place < 0 ? [...grants, grant] : grants.toSpliced(place, 0, grant);
}

/** Moves `remaining` by the postings on available, and forgets a grant that has nothing left here or in a hold. */
function changedGrants(
  before: readonly Grant[],
  holds: Readonly<Record<string, Hold>>,
  change: Change,
): readonly Grant[] {
  const grants = change.grants === undefined ? before : change.grants.reduce(withGrant, before);
  let result: Grant[] | undefined;
  let emptied = change.grants !== undefined; // a grant that repaid debt alone leaves nothing to keep
  for (const { account, grantId, credits } of change.postings) {
    if (grantId === undefined) continue;
    if (account === 'available') {
      result ??= grants.slice();
      const place = result.findIndex((grant) => grant.grantId === grantId);
      const grant = result[place];
      if (grant === undefined) throw new Error(`a posting names grant ${grantId}, which the wallet does not have`);
      const remaining = grant.remaining + credits;
      result[place] = { ...grant, remaining };
      emptied ||= remaining === 0;
    } else if (account === 'held' && credits < 0) emptied = true;
  }
  const list = result ?? grants;
  if (!emptied) return list;
  return list.some((grant) => isForgotten(grant, holds)) ? list.filter((grant) => !isForgotten(grant, holds)) : list;
}

function isForgotten(grant: Grant, holds: Readonly<Record<string, Hold>>): boolean {
  if (grant.remaining > 0) return false;
  for (const holdId in holds) {
    if (holds[holdId]?.allocations.some((allocation) => allocation.grantId === grant.grantId)) return false;
  }
  return true;
}
