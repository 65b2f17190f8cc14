// The port between the commit engine and whatever keeps wallets: four calls, and the ways they can fail.
import type { Entry, Fact, Facts, Found, Wallet } from '@reelbanana/ledger';

/** A wallet as it was read, with the token that guards the next commit. Versions are opaque: compare for equality only. */
export interface StoredWallet {
  readonly wallet: Wallet;
  readonly version: string;
}

/** An administrator's act, stored as `adminAudit/{entryId}` in the same commit as the entry it explains. */
export interface AuditRecord {
  /** The uid of the administrator. */
  readonly uid: string;
  readonly action: string;
  readonly reasonCode: string;
  readonly note?: string;
  readonly at: number;
}

/** One wallet's part of a commit: the next state, guarded by the version it was decided on, and the entries that led there. */
export interface WalletCommit {
  readonly walletId: string;
  readonly expected: string;
  readonly wallet: Wallet;
  /** Each is created, never overwritten: an id that exists fails the whole commit. */
  readonly entries: readonly Entry[];
  /** By id: each is overwritten, guarded by the wallet's version like the wallet itself. */
  readonly facts?: ReadonlyMap<string, Fact>;
  /** By entry id, a subset of `entries`. */
  readonly audits?: ReadonlyMap<string, AuditRecord>;
}

/**
 * Keeps wallets, their entries and their facts. `deadlineMs` is how long the call may take, in milliseconds from now: every call
 * settles by then. The conformance suite (`conformance.ts`) is this contract as tests.
 */
export interface LedgerStore {
  /**
   * Reads one wallet; null when there is none. Sees every commit that was acknowledged before the call.
   * @throws StoreUnavailable
   */
  load(walletId: string, deadlineMs: number): Promise<StoredWallet | null>;
  /**
   * Reads entries of one wallet by id, in one batch; the map holds every id asked for, null where none exists.
   * @throws StoreUnavailable
   */
  find(walletId: string, ids: readonly string[], deadlineMs: number): Promise<Found>;
  /**
   * Reads facts of one wallet by id, in one batch; the map holds every id asked for, null where none is written. Facts change
   * only in commits of their wallet: what is read once a version is known is true for as long as that version stands.
   * @throws StoreUnavailable
   */
  facts(walletId: string, ids: readonly string[], deadlineMs: number): Promise<Facts>;
  /**
   * Writes all or nothing; answers the new version of each wallet in order.
   * @throws StaleVersion, EntryExists: nothing was written by this attempt (an attempt before it, retried silently, may
   * have been). UnknownOutcome: written, not written, or still to be written. StoreUnavailable: nothing was sent.
   * CommitTooLarge: nothing was sent, and nothing ever will fit.
   */
  commit(lane: readonly WalletCommit[], deadlineMs: number): Promise<readonly string[]>;
}

/** A definite no to this attempt: what it was decided on is not (or no longer) so. Read, decide again. */
export abstract class Conflict extends Error {
  override readonly name: string = 'Conflict';
}

/** gRPC 9 (or 5): a wallet is not at the expected version, or is not there. */
export class StaleVersion extends Conflict {
  override readonly name = 'StaleVersion';
  readonly walletIds: readonly string[];
  constructor(walletIds: readonly string[], options?: ErrorOptions) {
    super(`a wallet moved past its expected version (of ${walletIds.join(', ')})`, options);
    this.walletIds = walletIds;
  }
}

/** gRPC 6: a document that this commit creates is there already. Stores report the first one they meet, or none. */
export class EntryExists extends Conflict {
  override readonly name = 'EntryExists';
  readonly walletIds: readonly string[];
  constructor(walletIds: readonly string[], options?: ErrorOptions) {
    super(`an entry of this commit exists already (of ${walletIds.join(', ')})`, options);
    this.walletIds = walletIds;
  }
}

/** The commit may have landed, may never land, or may land later. Only the wallet's version can tell. */
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome';
  /** The store named contention or exhaustion (gRPC 10, 8): slow down, whatever the outcome was. */
  readonly contended: boolean;
  constructor(detail: string, contended: boolean, options?: ErrorOptions) {
    super(`the outcome of a commit is unknown: ${detail}`, options);
    this.contended = contended;
  }
}

/** A read failed, or a commit was never sent. Nothing changed by this call. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  constructor(detail: string, options?: ErrorOptions) {
    super(`the store is unavailable: ${detail}`, options);
  }
}

/** A commit above `commitBytesMax`: refused before it is sent, since the emulator never answers one above 4 MiB. */
export class CommitTooLarge extends Error {
  override readonly name = 'CommitTooLarge';
  readonly sizeBytes: number;
  constructor(sizeBytes: number, boundBytes: number) {
    super(`a commit of ${sizeBytes} bytes is above the bound of ${boundBytes}`);
    this.sizeBytes = sizeBytes;
  }
}
