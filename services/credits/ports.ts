/** What this service needs of the ledger. `ledger-firestore` gives it over Firestore, testing/ in memory. */
import type { Entry, EntryType, Found, Wallet } from '@reelbanana/ledger';
import type { ExecuteOptions, Outcome } from '@reelbanana/ledger-firestore';
import type { Command } from '@reelbanana/ledger';

/** Users and their wallets. */
export interface Users {
  /** The user's wallet; the first call creates it, empty, with the link to it. */
  ensure(user: {
    readonly uid: string;
    readonly email?: string;
    readonly now: number;
  }): Promise<{ readonly walletId: string }>;
}

export interface PageQuery {
  readonly cursor?: string;
  readonly limit: number;
  readonly type?: EntryType;
  readonly operation?: string;
}

/** A wallet's history, newest first. */
export interface Entries {
  page(walletId: string, query: PageQuery): Promise<{ readonly entries: readonly Entry[]; readonly cursor?: string }>;
}

export interface LedgerAccess {
  readonly users: Users;
  readonly entries: Entries;
  readonly store: { find(walletId: string, ids: readonly string[], deadlineMs: number): Promise<Found> };
}

/** The commit engine, as far as it is used here. */
export interface CommandEngine {
  execute(walletId: string, command: Command, options?: ExecuteOptions): Promise<Outcome>;
  wallet(walletId: string): Promise<Wallet | null>;
}
