// What an audit says: its findings, and how far it has come.
import type { Invariant } from '@reelbanana/ledger/invariants';

/** What can be broken: inside a wallet and its chain, or between them and the world around. */
export type AuditInvariant =
  | Invariant
  /** What was signed is still so: the chain reaches as far, with the same entry there, by a key of ours. */
  | 'checkpoint'
  /** No entry behind the wallet's head. */
  | 'stray'
  /** A wallet that a user or a checkpoint names is there (one that is another user's breaks `identity`). */
  | 'missing'
  /** It could be read at all, within the bound on entries. */
  | 'unread';

export interface Finding {
  readonly walletId: string;
  readonly invariant: AuditInvariant;
  readonly detail: string;
  /** The entry that shows it; absent for the wallet itself. */
  readonly seq?: number;
}

/** One pass over everything, by one run or by several. Times are Unix milliseconds. */
export interface AuditReport {
  readonly v: 1;
  readonly runId: string;
  /** The database that was audited: project id + '/' + database id. */
  readonly env: string;
  readonly startedAt: number;
  /** When this was written. */
  readonly updatedAt: number;
  /** Absent until everything was looked at: then `cursor` says where to go on. */
  readonly finishedAt?: number;
  readonly cursor?: string;
  readonly wallets: number;
  readonly entries: number;
  readonly checkpointsWritten: number;
  /** The first `findingsMax`. */
  readonly findings: readonly Finding[];
  /** All of them. */
  readonly findingsTotal: number;
}

/** What a report carries: it is one document, and the first findings tell the cause. */
export const findingsMax = 100;
/** Of one wallet, so that one broken chain does not hide the others. */
export const findingsOfWalletMax = 10;
/** Details quote what is stored, which may be a whole wallet. */
export const detailLengthMax = 500;

export function finding(walletId: string, invariant: AuditInvariant, detail: string, seq?: number): Finding {
  const text = detail.length <= detailLengthMax ? detail : `${detail.slice(0, detailLengthMax - 1)}…`;
  // What is stored may be no number at all.
  return { walletId, invariant, detail: text, ...(Number.isSafeInteger(seq) ? { seq: seq as number } : {}) };
}
