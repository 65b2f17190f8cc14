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

/** What of a plan's credits outlives its period, fixed when it was granted: time alone applies it. */
export interface Rollover {
  /** The most that rolls over, credits. */
  readonly cap: number;
  /** When what rolled over expires, Unix ms; later than the grant itself. */
  readonly expiresAt: number;
}

/**
 * A bucket of credits of one kind and expiry: the grant that opened it, and what was merged into it since. Kept while
 * credits remain or an open hold still has some of them.
 */
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
  /** Gone once it has been applied: what holds return after that expires. Nothing is merged into such a grant. */
  readonly rollover?: Rollover;
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
  /**
   * The wallet was unmetered when this was reserved: nothing is held (no allocations, no debt, none of it counts as held),
   * and what it is settled at is waived. Absent otherwise.
   */
  readonly unmetered?: true;
}

/** Who a wallet belongs to. A user whose id begins with `load-` owns a load wallet. */
export interface Owner {
  readonly kind: 'user' | 'org';
  readonly id: string;
}

/** Bounds of what one wallet may do in a stretch of UTC time. An absent one does not bound. */
export interface Caps {
  /** Reserves and deducts a minute. In its absence the command's own `perMinuteMax` bounds. */
  readonly perMinute?: number;
  /** Credits spent or set aside a UTC day. */
  readonly daily?: number;
  /** Credits spent or set aside a UTC calendar month. */
  readonly monthly?: number;
}

/** How much of a cap has been used since `since` (Unix ms, the beginning of the minute, day or month). */
export interface Window {
  readonly since: number;
  readonly used: number;
  /** When the cap was set, in the window where that was: what was set aside earlier has not been counted. */
  readonly from?: number;
}

/** What an administrator may set. */
export interface Settings {
  /** Charges are recorded and waived. A hold keeps what it was reserved under. */
  readonly unmetered: boolean;
  /** frozen: no reserve, deduct or extend; settle, release and grants go on. */
  readonly status: 'active' | 'frozen';
  /** How much debt spending may leave. A limit below the debt takes nothing back; it stops further spending. */
  readonly overdraftLimit: number;
  /** Set as a whole: a cap that is not named is lifted. Absent until it is set for the first time. */
  readonly caps?: Caps;
}

/** The state of one wallet: what folding its entries yields. */
export interface Wallet extends Settings {
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
  /** Kept for the bounds that are in force alone; counts in no entry, so it is no part of what the entries prove. */
  readonly windows?: { readonly perMinute?: Window; readonly daily?: Window; readonly monthly?: Window };
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

export type EntryType =
  | 'grant'
  | 'reserve'
  | 'extend'
  | 'settle'
  | 'lateSettle'
  | 'closeHold'
  | 'release'
  | 'deduct'
  | 'configure'
  | 'refund'
  | 'clawback'
  | 'reinstate'
  | 'expireHold'
  | 'expireGrant'
  | 'rollover';

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
  /** grant; rollover: what goes on; refund, reinstate: the part whose own grant has expired */
  readonly grant?: GrantFields;
  /** grant, clawback, reinstate of a payment: which */
  readonly paymentId?: string;
  /** refund: the entry of the charge */
  readonly chargeId?: string;
  /** grant of a purchase or plan: what was paid */
  readonly paid?: { readonly amountMinor: number; readonly currency: string };
  /** reserve: the hold that it opened; extend: that it prolonged; settle, release, expireHold: that it ended;
   * lateSettle: that had expired; closeHold: that had expired and can never be settled late */
  readonly holdId?: string;
  /** reserve, extend: the hold's deadline */
  readonly expiresAt?: number;
  /** reserve: the earlier attempt that this one closes for ever */
  readonly supersedes?: string;
  /** expireGrant, rollover: whose time has come */
  readonly grantId?: string;
  /** settle, lateSettle, deduct: what was charged; reserve: what was held; refund, clawback, reinstate: what was moved */
  readonly credits?: number;
  /** settle above its hold, lateSettle: the operation's maximum price that the command named */
  readonly creditsMax?: number;
  /** settle above its hold, lateSettle: what the work cost beyond `credits`, and the wallet could not pay */
  readonly shortfall?: number;
  /** settle above its hold: what the wallet could not pay became debt, whatever the overdraft limit */
  readonly overrun?: 'debt';
  /** reserve, settle, lateSettle, deduct: the charge is waived; refund: of such a charge. Absent otherwise. */
  readonly unmetered?: true;
  /** configure: every setting that it sets */
  readonly configure?: Partial<Settings>;
}

/** The credits that an entry grants. The grant's id is the entry's own, unless it was merged into another bucket. */
export interface GrantFields {
  readonly kind: GrantKind;
  readonly credits: number;
  readonly expiresAt?: number;
  readonly source: string;
  readonly rollover?: Rollover;
  /** The bucket that took the credits: of equal kind and expiry, or, past the bound of buckets, the next to expire later. */
  readonly mergedInto?: string;
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

/** What counts as an operation of the user. */
interface Limited {
  /** Reserves and deducts a minute where the wallet has no cap of its own; absent: as many as come, uncounted. */
  readonly perMinuteMax?: number;
}

export interface GrantCommand extends Keyed {
  readonly type: 'grant';
  readonly kind: GrantKind;
  readonly credits: number;
  readonly expiresAt?: number;
  readonly source: string;
  readonly reasonCode: string;
  readonly paid?: Paid;
  /** plan alone, with `expiresAt`. */
  readonly rollover?: Rollover;
}

/** Minor units of a currency, as the payment provider counts them (cents). */
export interface Paid {
  readonly amountMinor: number;
  readonly currency: string;
}

/** Gives back what was charged, by the account that charged within 30 days, or by an administrator. */
export interface RefundCommand extends Keyed {
  readonly type: 'refund';
  /** The entry of the charge: a deduct, settle or lateSettle. */
  readonly entryId: string;
  /** Absent: everything that has not been refunded yet. */
  readonly credits?: number;
  readonly reasonCode: string;
}

/**
 * Brings a wallet to what a payment is worth by now: grants, claws back or reinstates the difference to what the payment's
 * fact says, so that the order and the number of events do not matter. Writes nothing where there is no difference.
 */
export interface ReconcilePaymentCommand extends Keyed {
  readonly type: 'reconcilePayment';
  /** A payment intent (purchase) or an invoice (plan). */
  readonly paymentId: string;
  readonly kind: 'purchase' | 'plan';
  /** Credits that the payment bought in all; never fewer than were granted before. */
  readonly granted: number;
  /** Of these, credits that refunds and disputes have taken back in all. */
  readonly clawedBack: number;
  /** Of what it grants. */
  readonly expiresAt?: number;
  /** plan alone, with `expiresAt`. */
  readonly rollover?: Rollover;
  readonly paid?: Paid;
  readonly reasonCode: string;
}

export interface ReserveCommand extends Keyed, Priced, Limited {
  readonly type: 'reserve';
  /** 1,000 .. 86,400,000. */
  readonly ttlMs: number;
  /** A hold of an earlier attempt: released in the same commit if open, and closed for ever. */
  readonly supersedes?: string;
}

/** Gives an open hold more time. It never takes time away: an earlier deadline than the hold's changes nothing. */
export interface ExtendCommand extends Keyed {
  readonly type: 'extend';
  readonly holdId: string;
  /** From now on; 1,000 .. 86,400,000, and at most until 24 hours after the reserve. */
  readonly ttlMs: number;
}

export interface SettleCommand extends Keyed {
  readonly type: 'settle';
  readonly holdId: string;
  /** Actual cost; absent: the whole hold. Without `creditsMax` at most the hold. */
  readonly credits?: number;
  /**
   * The operation's maximum price. With it the cost may lie above the hold, up to min(creditsMax, 2 x hold), and a hold
   * that has expired is settled late, as far as the wallet can pay. Without it an expired hold is HOLD_EXPIRED.
   */
  readonly creditsMax?: number;
  /** What becomes of the part above the hold that the wallet cannot pay: it is let go (absorb, the default) or owed. */
  readonly overrun?: 'absorb' | 'debt';
}

export interface ReleaseCommand extends Keyed {
  readonly type: 'release';
  readonly holdId: string;
  readonly reasonCode: string;
}

export interface DeductCommand extends Keyed, Priced, Limited {
  readonly type: 'deduct';
}

/** Sets what it names, at least one setting. By an administrator alone. */
export interface ConfigureCommand extends Keyed, Partial<Settings> {
  readonly type: 'configure';
  readonly reasonCode: string;
}

/** Applies only what time has already decided (the `expire` function sends it). Writes nothing when nothing is due. */
export interface TickCommand {
  readonly type: 'tick';
}

export type Command =
  | GrantCommand
  | ReserveCommand
  | ExtendCommand
  | SettleCommand
  | ReleaseCommand
  | DeductCommand
  | ConfigureCommand
  | RefundCommand
  | ReconcilePaymentCommand
  | TickCommand;

/** How a hold ended, or that it has not. */
export type HoldState = 'open' | 'settled' | 'released' | 'expired';

/**
 * Entries of this wallet that were read, by document id; null where none exists. Ends and keyed entries are immutable,
 * so one that was found stays true; null is true only at the wallet version it was read at or before.
 */
export type Found = ReadonlyMap<string, Entry | null>;

/** What has been given back of a charge: written by its first refund, never by the charge. */
export interface ChargeFact {
  readonly v: 1;
  readonly kind: 'charge';
  /** The entry of the charge. */
  readonly entryId: string;
  /** Credits so far, in reverse order of the charge's allocations: so the number alone says of which. */
  readonly refunded: number;
  /** When what belonged to grants that had expired expires: set once a charge, Unix ms. */
  readonly returnedUntil?: number;
}

/** What a payment has granted and lost again: written by its first reconcile. */
export interface PaymentFact {
  readonly v: 1;
  readonly kind: 'payment';
  readonly paymentId: string;
  readonly granted: number;
  /** 0 .. granted */
  readonly clawedBack: number;
  /** The bucket that its credits went to, last. */
  readonly grantId: string;
  readonly grantKind: GrantKind;
  readonly grantSeq: number;
  readonly expiresAt?: number;
  readonly rollover?: Rollover;
}

/**
 * What a command needs beside the wallet and must not read from entries: `wallets/{id}/refs/{factId}`, written in the
 * same commit as the wallet, so guarded by the wallet's version: a fact that was read when the wallet's version was known
 * is true as long as that version stands. Rebuildable from the entries.
 */
export type Fact = ChargeFact | PaymentFact;

/** Facts that were read, by id (`needs`); null where none is written yet. */
export type Facts = ReadonlyMap<string, Fact | null>;

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
  /** a fresh reserve or deduct that counted: how its minute stands after it */
  readonly perMinute?: Minute;
}

/** The operations of the minute that began at `since`, Unix ms. */
export interface Minute {
  readonly limit: number;
  readonly used: number;
  readonly since: number;
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
  | 'RATE_LIMITED'
  | 'CAP_EXCEEDED'
  | 'REFUND_EXCEEDS_CHARGE'
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
      /** Absent for a tick, and for a reconcilePayment that found no difference (it writes nothing). */
      readonly answer?: Answer;
      /** Facts that it changes, to be written in the same commit; absent where it changes none. */
      readonly facts?: ReadonlyMap<string, Fact>;
    }
  | { readonly kind: 'replayed'; readonly answer: Answer }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  /** A fact that the command needs was not read: read these at this version of the wallet and decide again. */
  | { readonly kind: 'unread'; readonly facts: readonly string[] };

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
