// Callers that must know: each repeats its command with the same key until the answer is definite. One of them pays in less
// than the others spend, so that what is refused under a fault is part of every run. `prove` holds the ledger against what
// they were told.
import { expect } from '@jest/globals';
import { commandEntryId, type DeductCommand, type Entry, type GrantCommand, type Wallet } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import type { Engine } from '../engine/engine.ts';
import type { Outcome } from '../engine/outcome.ts';
import type { Reader } from '../reader.ts';
import { hostTimers, sleep } from '../scheduler.ts';
import { deduct, grant } from './commands.ts';

export interface Attempt {
  /** By performance.now(). */
  readonly begunAt: number;
  readonly endedAt: number;
  readonly outcome: Outcome;
}

export interface Sent {
  readonly command: DeductCommand | GrantCommand;
  readonly attempts: Attempt[];
}

export interface LoadOptions {
  /** Caller n stays with engine n modulo their number: an engine is a process to it. */
  readonly engines: readonly Engine[];
  readonly walletId: string;
  readonly callers: number;
  readonly random: () => number;
  /** How long one attempt may take. */
  readonly deadlineMs: number;
  /** The longest rest of a caller between two commands; none by default. */
  readonly restMsMax?: number;
}

/** A caller waits no longer than this between two attempts, though it is told to: tests are short. */
const pauseMsMax = 50;
/** One command in ten is sent twice at the same time. */
const twinRate = 0.1;

export class Load {
  /** Everything that was sent, in the order of its first attempt. */
  readonly sent: Sent[] = [];
  readonly counts = { accepted: 0, replayed: 0, rejected: 0, failed: 0 };
  readonly #options: LoadOptions;
  readonly #waiting = new Set<() => void>();
  readonly #callers: Promise<unknown>;
  #isOver = false;
  #available = 0;

  /** Starts at once. */
  constructor(options: LoadOptions) {
    this.#options = options;
    this.#callers = Promise.all(Array.from({ length: options.callers }, (_, number) => this.#caller(number)));
    this.#callers.catch(() => undefined); // `finish` tells
  }

  /** Definite answers of any kind so far: what a recovery is seen by. */
  get definite(): number {
    return this.counts.accepted + this.counts.replayed + this.counts.rejected;
  }

  /** Attempts that began at or after `from` and have ended, by performance.now(). */
  attemptsSince(from: number): Attempt[] {
    return this.sent.flatMap(({ attempts }) => attempts.filter(({ begunAt }) => begunAt >= from));
  }

  /** Resolves as soon as the condition holds; it is looked at after every attempt. Rejects if a caller met a bug. */
  async until(condition: () => boolean): Promise<void> {
    const over = this.#callers.then(() => Promise.reject(new Error('the load ended before the condition held')));
    while (!condition()) await Promise.race([over, new Promise<void>((resolve) => this.#waiting.add(resolve))]);
    over.catch(() => undefined);
  }

  /** So many more acceptances from now. */
  async accepts(more: number): Promise<void> {
    const enough = this.counts.accepted + more;
    await this.until(() => this.counts.accepted >= enough);
  }

  /** No new commands; resolves when every one that was sent has its definite answer. */
  async finish(): Promise<readonly Sent[]> {
    this.#isOver = true;
    await this.#callers;
    return this.sent;
  }

  async #caller(number: number): Promise<void> {
    const { engines, callers, random, restMsMax = 0 } = this.#options;
    const engine = engines[number % engines.length]!;
    for (let count = 0; !this.#isOver; count++) {
      const key = `${number}-${count}`;
      // The last caller pays in, half of the mean demand of the others in a round, unless they cannot spend it.
      const pays = number === callers - 1 && this.#available < 10 * callers;
      const command = pays ? grant(key, callers) : deduct(key, 1 + below(3, random));
      const sent: Sent = { command, attempts: [] };
      this.sent.push(sent);
      const twins = random() < twinRate ? 2 : 1;
      await Promise.all(Array.from({ length: twins }, () => this.#repeat(engine, sent)));
      if (restMsMax > 0) await sleep(hostTimers, random() * restMsMax);
    }
  }

  async #repeat(engine: Engine, { command, attempts }: Sent): Promise<void> {
    const { walletId, deadlineMs } = this.#options;
    for (;;) {
      const begunAt = performance.now();
      const outcome = await engine.execute(walletId, command, { deadlineMs });
      attempts.push({ begunAt, endedAt: performance.now(), outcome });
      this.#count(outcome);
      if (outcome.kind !== 'failed') return;
      await sleep(hostTimers, Math.min(pauseMsMax, outcome.retryAfterMs));
    }
  }

  #count(outcome: Outcome): void {
    if (outcome.kind === 'failed') this.counts.failed += 1;
    if (outcome.kind === 'rejected') this.counts.rejected += 1;
    if (outcome.kind === 'answer') this.#available = outcome.answer.body.balanceAfter.available;
    if (outcome.kind === 'answer') this.counts[outcome.answer.replayed ? 'replayed' : 'accepted'] += 1;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

function below(bound: number, random: () => number): number {
  return Math.floor(random() * bound);
}

/** The whole chain of a wallet, as a reader that met no fault sees it. */
export async function chainOf(reader: Reader, walletId: string): Promise<{ wallet: Wallet; entries: Entry[] }> {
  const entries: Entry[] = [];
  for await (const entry of reader.entries(walletId)) entries.push(entry);
  return { wallet: (await reader.wallet(walletId))!, entries };
}

/**
 * Accepted exactly once and as it was answered, refused never charged, nothing else in the chain, and the balance is the
 * sum of it. `sent` is all that the wallet has ever been sent.
 */
export async function prove(reader: Reader, walletId: string, sent: readonly Sent[]): Promise<void> {
  const { wallet, entries } = await chainOf(reader, walletId);
  expect(invariants(wallet, entries)).toEqual([]);
  const stored = new Map(entries.map((entry) => [entry.id, entry]));
  const sums = { grant: 0, deduct: 0 };
  let accepted = 0;
  for (const { command, attempts } of sent) {
    const entry = stored.get(commandEntryId(walletId, command) ?? '');
    const outcomes = attempts.map(({ outcome }) => outcome);
    const answers = outcomes.flatMap((outcome) => (outcome.kind === 'answer' ? [outcome.answer] : []));
    if (answers.length === 0) {
      // Only ever refused, for the one reason that there was.
      const refusal = { kind: 'rejected', rejection: { code: 'INSUFFICIENT_CREDITS' } };
      expect({ command, entry, last: outcomes.at(-1) }).toMatchObject({ command, last: refusal });
      expect({ command, outcomes, entry }).toEqual({ command, outcomes, entry: undefined });
      continue;
    }
    accepted += 1;
    sums[command.type] += command.credits;
    for (const answer of answers) expect(answer.entry).toEqual(entry);
    // Of several callers one at most is told that the work is new, and so its own to do.
    expect(answers.filter((answer) => !answer.replayed).length).toBeLessThanOrEqual(1);
  }
  expect(entries).toHaveLength(accepted);
  expect(wallet.totals).toMatchObject({ available: sums.grant - sums.deduct, consumed: sums.deduct });
}
