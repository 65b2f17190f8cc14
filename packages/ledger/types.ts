/**
 * The words of the ledger: wallet, grant, hold, entry, posting, command, decision.
 *
 * Amounts are integer credits (`Number.isSafeInteger`), times are integer Unix milliseconds. Everything here is plain
 * data: it survives `structuredClone`, JSON and a Firestore map unchanged.
 */

/** The accounts that postings move credits between. The postings of one entry sum to zero. */
export type Account = 'issued' | 'available' | 'held' | 'consumed' | 'expired' | 'clawedBack' | 'waived' | 'debt';

/** One movement. Postings on `available` and `held` name the grant that the credits belong to. */
export interface Posting {
  readonly account: Account;
  readonly credits: number;
  readonly grantId?: string;
  readonly holdId?: string;
}

/** Where granted credits come from. `signup`, `free` and `bonus` are promotional and are spent before paid ones. */
export type GrantKind = 'signup' | 'free' | 'bonus' | 'plan' | 'purchase';

/** Credits of one origin in a wallet. Kept while credits remain or an open hold still has some of them. */
export interface Grant {
  readonly grantId: string;
  readonly kind: GrantKind;
  /** Lower is spent first among grants of equal expiry: 0 promotional, 1 paid. */
  readonly priority: number;
  readonly remaining: number;
  /** When the remaining credits expire; absent for credits that never do. */
  readonly expiresAt?: number;
  /** The seq of the entry that granted them: the order of age. */
  readonly seq: number;
}

/** The part of a hold or charge that one grant pays. */
export interface Allocation {
  readonly grantId: string;
  readonly credits: number;
}

/** Credits set aside for one operation while its work runs. */
export interface Hold {
  readonly holdId: string;
  readonly credits: number;
  /** In burn-down order. They sum to `credits` minus `debt`. */
  readonly allocations: readonly Allocation[];
  /** The part that an overdraft pays (0 while `overdraftLimit` is 0). */
  readonly debt: number;
  readonly operation: string;
  readonly priceVersion: number;
  /** Pseudonym of the account that reserved: it alone may settle or release. */
  readonly actor: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** Who a wallet belongs to. A user whose id begins with `load-` owns a load wallet. */
export interface Owner {
  readonly kind: 'user' | 'org';
  readonly id: string;
}

/** The state of one wallet: what folding its entries yields. */
export interface Wallet {
  readonly v: 1;
  readonly walletId: string;
  /** project id + '/' + database id: part of the genesis, so that a chain cannot be transplanted. */
  readonly env: string;
  readonly owner: Owner;
  /** uids that may read this wallet and its entries. */
  readonly readers: readonly string[];
  /** In burn-down order: soonest expiry (none last), then priority, then age. */
  readonly grants: readonly Grant[];
  readonly holds: Readonly<Record<string, Hold>>;
  readonly unmetered: boolean;
  readonly status: 'active' | 'frozen';
  readonly overdraftLimit: number;
  /** Minus the sum of the debt postings. */
  readonly debt: number;
  /** The sum of all postings so far, an account each. */
  readonly totals: Readonly<Record<Account, number>>;
  /** The number of entries; the last entry's seq. */
  readonly seq: number;
  /** The last entry's hash; the genesis while there is none. */
  readonly headHash: string;
  /** createdAt of the last entry (0 while there is none): time in a wallet never runs backwards. */
  readonly at: number;
}

/** Who did something. The pseudonym is an HMAC of the subject, made outside the core; time itself is `time`. */
export interface Actor {
  readonly kind: 'user' | 'admin' | 'service' | 'time';
  readonly pseudonym: string;
}

export interface BalanceAfter {
  readonly available: number;
  readonly held: number;
  readonly debt: number;
}

export type EntryType = 'grant' | 'reserve' | 'settle' | 'release' | 'deduct' | 'expireHold' | 'expireGrant';

/** The parsed body of an entry: exactly the fields of the stored bytes (`wire.md`, Entry). */
export interface EntryBody {
  readonly v: 1;
  readonly env: string;
  readonly walletId: string;
  readonly chain: 'main';
  readonly seq: number;
  readonly type: EntryType;
  readonly unit: 'credit';
  readonly postings: readonly Posting[];
  readonly balanceAfter: BalanceAfter;
  readonly keyDigest: string;
  readonly fingerprint: string;
  readonly operation?: string;
  readonly params?: Params;
  readonly priceVersion?: number;
  readonly actor: Actor;
  readonly reasonCode?: string;
  readonly createdAt: number;
  /** A command's own time, or the deadline that time applied. Never before the entry in front of it. */
  readonly effectiveAt: number;
  // The type's own fields.
  /** grant */
  readonly grant?: {
    readonly kind: GrantKind;
    readonly credits: number;
    readonly expiresAt?: number;
    readonly source: string;
  };
  /** grant of a purchase or plan: what was paid */
  readonly paid?: { readonly amountMinor: number; readonly currency: string };
  /** reserve: the hold that it opened; settle, release, expireHold: the hold that it ended */
  readonly holdId?: string;
  /** reserve */
  readonly expiresAt?: number;
  /** reserve: the earlier attempt that this one closes for ever */
  readonly supersedes?: string;
  /** expireGrant */
  readonly grantId?: string;
  /** settle, deduct: what was charged; reserve: what was held */
  readonly credits?: number;
}

/** An entry as it is stored: `hash` is over prevHash and the bytes of `body`. */
export interface Entry {
  /** Document id, `wire.md` Ids. */
  readonly id: string;
  /** RFC 8785 bytes of the EntryBody. */
  readonly body: string;
  readonly prevHash: string;
  readonly hash: string;
  readonly seq: number;
  /** floor(seq / 64) % 16: spreads the index of a value that only grows. */
  readonly seqShard: number;
  readonly type: EntryType;
  readonly operation?: string;
}

/** Parameters of an operation, after validation against the catalog's schema. */
export type Params = Readonly<Record<string, number | string | boolean>>;

/** What every command carries. `key` is the client's Idempotency-Key; its digest is scoped to wallet and command. */
interface Keyed {
  readonly key: string;
  /** `fingerprint(...)` of the client's fields: an equal key with another fingerprint is refused. */
  readonly fingerprint: string;
  readonly actor: Actor;
}

/** A price that has been fixed: by the price book now, or by a quote. */
export interface Priced {
  readonly operation: string;
  readonly params: Params;
  readonly credits: number;
  readonly priceVersion: number;
}

export interface GrantCommand extends Keyed {
  readonly type: 'grant';
  readonly kind: GrantKind;
  readonly credits: number;
  readonly expiresAt?: number;
  readonly source: string;
  readonly reasonCode: string;
  readonly paid?: { readonly amountMinor: number; readonly currency: string };
}

export interface ReserveCommand extends Keyed, Priced {
  readonly type: 'reserve';
  /** 1,000 .. 86,400,000. */
  readonly ttlMs: number;
  /** A hold of an earlier attempt: released in the same commit if open, and closed for ever. */
  readonly supersedes?: string;
}

export interface SettleCommand extends Keyed {
  readonly type: 'settle';
  readonly holdId: string;
  /** Actual cost, at most the hold; absent: the whole hold. */
  readonly credits?: number;
}

export interface ReleaseCommand extends Keyed {
  readonly type: 'release';
  readonly holdId: string;
  readonly reasonCode: string;
}

export interface DeductCommand extends Keyed, Priced {
  readonly type: 'deduct';
}

/** Applies only what time has already decided (the `expire` function sends it). Writes nothing when nothing is due. */
export interface TickCommand {
  readonly type: 'tick';
}

export type Command = GrantCommand | ReserveCommand | SettleCommand | ReleaseCommand | DeductCommand | TickCommand;

/** How a hold ended, or that it has not. */
export type HoldState = 'open' | 'settled' | 'released' | 'expired';

/**
 * Entries of this wallet that were read, by document id; null where none exists. Ends and keyed entries are immutable,
 * so one that was found stays true; null is true only at the wallet version it was read at or before.
 */
export type Found = ReadonlyMap<string, Entry | null>;

/** Facts (`refs/`) that a command needs beside the wallet. The commands of this release need none. */
export type FactId = never;

/** A command's answer: the same whether it was decided now or is replayed from the stored entry. */
export interface Answer {
  readonly entry: Entry;
  readonly body: EntryBody;
  readonly replayed: boolean;
  /**
   * reserve alone: the hold's state now (a fresh one is open). Absent only where a replay's hold has ended and its end
   * was not among what was read: read `reads(walletId, command)` and decide again.
   */
  readonly holdState?: HoldState;
  /** a replayed reserve whose hold was settled: what was charged */
  readonly settledCredits?: number;
}

export type RejectionCode =
  | 'VALIDATION_FAILED'
  | 'INSUFFICIENT_CREDITS'
  | 'HOLD_EXPIRED'
  | 'FORBIDDEN'
  | 'WALLET_FROZEN'
  | 'HOLD_NOT_FOUND'
  | 'HOLD_CLOSED'
  | 'HOLD_LIMIT'
  | 'DUPLICATE_OPERATION';

/** An expected refusal. Nothing is written. `data` joins the problem+json body. */
export interface Rejection {
  readonly code: RejectionCode;
  readonly detail: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What `decide` says. */
export type Decision =
  | {
      readonly kind: 'accepted';
      readonly wallet: Wallet;
      /**
       * What time applied, what the command did first (a superseded hold's release), the command's own entry
       * (`answer.entry`, absent for a tick), then the expiry of credits that it returned to a grant that had expired.
       */
      readonly entries: readonly Entry[];
      /** Absent for a tick. */
      readonly answer?: Answer;
    }
  | { readonly kind: 'replayed'; readonly answer: Answer }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

/** How one price follows from parameters: flat, or `credits` for each started `unit` of a parameter. */
export type PriceFormula =
  | { readonly kind: 'flat'; readonly credits: number }
  | { readonly kind: 'per'; readonly param: string; readonly unit: number; readonly credits: number };

export interface PriceVersion {
  readonly version: number;
  readonly effectiveFrom: number;
  readonly prices: Readonly<Record<string, PriceFormula>>;
}

/** All versions ever published, in ascending order of version and effectiveFrom. */
export type PriceBook = readonly PriceVersion[];

export interface Price {
  readonly credits: number;
  readonly priceVersion: number;
}
