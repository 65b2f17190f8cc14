/** What this service needs of the ledger. `ledger-firestore` gives it over Firestore, testing/ in memory. */
import type { Entry, EntryType, Found, Wallet } from '@reelbanana/ledger';
import type {
  Counts,
  ErasureInput,
  ExecuteOptions,
  FoundWallet,
  Outcome,
  StoredWallet,
  WalletQuery,
} from '@reelbanana/ledger-firestore';
import type { AuditReport } from '@reelbanana/ledger-firestore/audit';
import type { Command } from '@reelbanana/ledger';

/** Users and their wallets. */
export interface Users {
  /** The user's wallet; the first call creates it, empty, with the link to it. Throws UserErased. */
  ensure(user: {
    readonly uid: string;
    readonly email?: string;
    readonly now: number;
  }): Promise<{ readonly walletId: string }>;
  /** Takes away who a wallet belongs to, once; the wallet and its chain stay. */
  erase(input: ErasureInput): Promise<{ readonly erasedAt: number }>;
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
  /** Entries with seq in [from, to], newest first. */
  range(walletId: string, from: number, to: number): Promise<readonly Entry[]>;
  /** The seq of the first entry created at or after `timeMs`, among 1 to `head`; head + 1 if there is none. */
  firstSince(walletId: string, timeMs: number, head: number): Promise<number>;
}

/** Counters by UTC day. */
export interface Usage {
  /** Both days included; those without any are absent. */
  days(from: string, to: string): Promise<ReadonlyMap<string, Counts>>;
  /** Of all days together. */
  total(): Promise<Counts>;
}

/** Finding wallets. */
export interface Wallets {
  find(query: WalletQuery): Promise<{ readonly wallets: readonly FoundWallet[]; readonly cursor?: string }>;
}

/** What the integrity audits found. */
export interface Audits {
  latest(): Promise<AuditReport | null>;
}

export interface LedgerAccess {
  readonly users: Users;
  readonly entries: Entries;
  readonly usage: Usage;
  readonly wallets: Wallets;
  readonly audits: Audits;
  readonly store: {
    find(walletId: string, ids: readonly string[], deadlineMs: number): Promise<Found>;
    /** As it is stored, time not applied. */
    load(walletId: string, deadlineMs: number): Promise<StoredWallet | null>;
  };
}

/** The head of a wallet's chain as it was at a moment, signed: who holds one can tell a chain that was cut or rewritten. */
export interface Checkpoint {
  readonly walletId: string;
  readonly seq: number;
  readonly headHash: string;
  readonly at: number;
  readonly keyId: string;
  readonly signature: string;
}

/** The wallet's newest checkpoint; null if it has none. */
export type LastCheckpoint = (walletId: string) => Promise<Checkpoint | null>;

/** The commit engine, as far as it is used here. */
export interface CommandEngine {
  execute(walletId: string, command: Command, options?: ExecuteOptions): Promise<Outcome>;
  wallet(walletId: string): Promise<Wallet | null>;
  /** What it remembers, and the commands that wait. */
  readonly size: { readonly wallets: number; readonly entries: number; readonly pending: number };
}
