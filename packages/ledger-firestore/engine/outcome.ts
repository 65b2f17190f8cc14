// What the engine says to a command, and why it may have to say that it cannot say.
import type { Answer, Rejection } from '@reelbanana/ledger';
import { Conflict, UnknownOutcome } from '../port.ts';

/** Why a command was given up. It may be repeated with the same key, after `retryAfterMs`: that never charges twice. */
export type FailureCode =
  /** Other writers of this wallet won the rounds. An earlier round of this command may yet have been written unseen. */
  | 'CONTENTION'
  /** The queue is full, or nothing moved in it in time; the command was never tried. */
  | 'OVERLOADED'
  /** The store did not answer in time. The command may have been written, or may still be. */
  | 'UNAVAILABLE';

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  /** A tick: what was due, if anything, is written. A reconcilePayment: there was no difference, nothing is written. */
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code: FailureCode; readonly retryAfterMs: number }
  | { readonly kind: 'unknownWallet' };

const retryAfterMinMs = 500;
const retryAfterSpreadMs = 1_000;

/** A failure with a jittered time to wait, so that refused callers do not return together. */
export function failed(code: FailureCode, random: () => number): Outcome {
  return { kind: 'failed', code, retryAfterMs: retryAfterMinMs + Math.floor(random() * retryAfterSpreadMs) };
}

/** What became of a commit, in one word. */
export type CommitOutcome = 'ok' | 'conflict' | 'unknown' | 'error';

/** The word for what a commit threw. */
export function outcomeOf(error: unknown): CommitOutcome {
  if (error instanceof Conflict) return 'conflict';
  return error instanceof UnknownOutcome ? 'unknown' : 'error';
}

/** Counts for telemetry. Every method is called at most once an event, synchronously, and must not throw. */
export interface EngineMetrics {
  /** One wallet's commit, or its part in a shared one: the `entries` that it carried. */
  commit(outcome: CommitOutcome, entries: number): void;
  /** A commit that carried the parts of several `wallets`. After a conflict it is split, and each part counts by itself. */
  shared?(outcome: CommitOutcome, wallets: number): void;
  /** Documents read, and in how many calls (always 1). */
  read?(op: 'load' | 'find' | 'facts', documents: number): void;
}

export const noMetrics: EngineMetrics = { commit: () => undefined };
