// The invariants of a wallet and its chain (design section 3): one function for tests, simulation, load runs and audit.
//
// It folds the postings by rules of its own and shares only types, JCS and sha256 with `decide`, so that a mistake in
// one of the two shows as a difference between them.
import { audit } from './invariants/audit.ts';
import type { Entry, Fact, Wallet } from './types.ts';

/** What can be broken, in the words of the design. */
export type Invariant =
  /** An entry follows the one in front of it: genesis, prevHash, hash over the stored bytes. */
  | 'chain'
  /** No gap and no repeat in seq. */
  | 'sequence'
  /** Bytes are canonical, fields are exactly those of the type, the document repeats the body truly. */
  | 'form'
  /** Environment and wallet are this wallet's. */
  | 'identity'
  /** Document ids derive from what the entry is: one entry per key, one end per hold. */
  | 'uniqueness'
  /** Time never runs backwards; deadlines are applied in order, and before any command behind them. */
  | 'time'
  /** Postings sum to zero, are whole credits, and carry their grants. */
  | 'postings'
  /** An entry moves what its type may move, in the amount that it names. */
  | 'amount'
  /** Soonest expiry first, then priority, then age; what returns goes where it came from. */
  | 'burnDown'
  /** Debt is repaid first, never stands beside available credits, and spending leaves it within the limit. */
  | 'debt'
  /** No grant below zero. */
  | 'negative'
  /** Holds are opened once, ended once, by their account, within their bounds. */
  | 'hold'
  /** Settings are an administrator's, stand in the chain, and are obeyed: frozen, unmetered. */
  | 'settings'
  /** Credits of one kind and expiry stand in one bucket. */
  | 'bucket'
  /** What a plan lets go on goes on, once, as much and as long as its grant said. */
  | 'rollover'
  /** Of a charge, by its account, in time, never more than was charged, back to where it came from. */
  | 'refund'
  /** Clawed back <= granted, reinstated <= clawed back; of a payment that granted. */
  | 'payment'
  /** What is remembered of a charge or a payment is what the entries say. */
  | 'fact'
  /** balanceAfter is the balance after. */
  | 'balance'
  /** Folding the entries alone reproduces the wallet. */
  | 'wallet';

export interface Violation {
  readonly invariant: Invariant;
  readonly detail: string;
  /** The entry that shows it; absent for the wallet itself. */
  readonly seq?: number;
}

/**
 * Every violation in a wallet and its whole chain, the first 100; none if all is well. Never throws, whatever the bytes.
 *
 * @param entries the whole chain, ascending from seq 1
 * @param facts all of the wallet's, by id; without them, facts are not looked at
 */
export function invariants(
  wallet: Wallet,
  entries: readonly Entry[],
  facts?: ReadonlyMap<string, Fact>,
): readonly Violation[] {
  // Every wallet begins with these; `configure` entries move them.
  return audit(wallet, entries, { unmetered: false, status: 'active', overdraftLimit: 0 }, facts);
}
