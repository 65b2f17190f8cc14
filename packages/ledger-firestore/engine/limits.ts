// The engine's bounds, each with its reason, and the inequalities between them.

export interface EngineLimits {
  /** Entries of one commit. The rate is flat from 256 on while latency grows (notes/firestore.md section 1). */
  readonly entriesMax: number;
  /** Bytes of one commit's entries: 3.5 MiB less half a MiB for the wallet, which is at most 128 KiB of JSON. */
  readonly entriesBytesMax: number;
  /** Commands waiting for one wallet: at 450 a commit, more would wait longer than their deadline on a slow document. */
  readonly queueMax: number;
  /** Commands waiting in all: bounds memory. */
  readonly pendingMax: number;
  /** Failed rounds of one command before it is answered CONTENTION or UNAVAILABLE; what a slow document refuses is none. */
  readonly attemptsMax: number;
  /** How long a command may take by default. */
  readonly deadlineMs: number;
  /** How long one call to the store may take. */
  readonly rpcDeadlineMs: number;
  /** First wait of a wallet after a refused or failed commit; it doubles from here. A shorter learned rest is none. */
  readonly gapMinMs: number;
  /** Longest backoff, and longest learned rest: a document of the cloud is said to take a commit a second (`pacing.ts`). */
  readonly gapMaxMs: number;
  /** Wallets of one shared commit (`pool.ts`); 1: every wallet commits alone, so that no stranger's latency is its own. */
  readonly laneWalletsMax: number;
  /** Shared commits in flight; what arrives meanwhile gathers for the next. */
  readonly sharedInFlightMax: number;
  /** How long a wallet that conflicted shares no commit: with 20 conflicts a second it fails others once in this time. */
  readonly quarantineMs: number;
  /** Wallets whose state is remembered. */
  readonly walletsMax: number;
  /** Entries remembered in all, to answer repeated keys without a failed commit. */
  readonly recentMax: number;
  /** Entries remembered of one wallet. */
  readonly recentPerWalletMax: number;
  /** How long an unknown outcome is remembered. It lands within seconds if at all, but bytes in a stalled TCP path may sleep for minutes. */
  readonly ghostMs: number;
  /** Entries remembered of a wallet's unknown outcomes; with more of them every refusal waits for the version to move. */
  readonly ghostEntriesMax: number;
}

export const defaultLimits: EngineLimits = {
  entriesMax: 450,
  entriesBytesMax: 3 * 1024 * 1024,
  queueMax: 4_096,
  pendingMax: 20_000,
  attemptsMax: 24,
  deadlineMs: 10_000,
  rpcDeadlineMs: 5_000,
  gapMinMs: 5,
  gapMaxMs: 1_000,
  laneWalletsMax: 1,
  sharedInFlightMax: 2,
  quarantineMs: 10_000,
  walletsMax: 10_000,
  recentMax: 20_000,
  recentPerWalletMax: 1_024,
  ghostMs: 15 * 60_000,
  ghostEntriesMax: 10_000,
};

/** A commit over many wallets spans many splits of Firestore and ties all of them to the slowest (notes/firestore.md). */
const laneWalletsBound = 50;

/** The limits with `changes` applied. Throws when they contradict each other. */
export function limitsWith(changes: Partial<EngineLimits> = {}): EngineLimits {
  const limits = { ...defaultLimits, ...changes };
  for (const [name, value] of Object.entries(limits)) {
    if (!(Number.isFinite(value) && value >= 0)) throw new RangeError(`engine limit ${name} is ${value}`);
  }
  if (limits.gapMinMs > limits.gapMaxMs) throw new RangeError('gapMinMs is above gapMaxMs');
  if (limits.entriesMax < 1 || limits.attemptsMax < 1)
    throw new RangeError('entriesMax and attemptsMax are at least 1');
  if (limits.laneWalletsMax < 1 || limits.laneWalletsMax > laneWalletsBound)
    throw new RangeError(`laneWalletsMax is 1 to ${laneWalletsBound}`);
  if (limits.sharedInFlightMax < 1) throw new RangeError('sharedInFlightMax is at least 1');
  return limits;
}
