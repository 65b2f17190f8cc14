// One command on its way to an answer, and the clock that gives up on it.
import { commandEntryIds, needs, reads, type Command, type Entry, type Found } from '@reelbanana/ledger';
import type { AuditRecord } from '../port.ts';
import type { Timers } from '../scheduler.ts';
import { failed, type FailureCode, type Outcome } from './outcome.ts';

export class Pending {
  readonly command: Command;
  /** By the timers' clock. */
  readonly deadlineAt: number;
  readonly audit: AuditRecord | undefined;
  /** Rounds that failed. */
  attempts = 0;
  /** Ids of the facts that it is decided on. */
  readonly needs: readonly string[];
  /**
   * Its keys must be read before it is decided: a commit that carried it, or might have, failed; or what it is about stands
   * in entries.
   */
  mustRead: boolean;
  /** Stored entries that were read for it. The lane may forget them before it is decided again. */
  entries: readonly Entry[] = [];
  /** What it is told at its deadline: what stood in its way last. */
  obstacle: FailureCode = 'OVERLOADED';
  readonly #walletId: string;
  #settle: ((outcome: Outcome | PromiseLike<Outcome>) => void) | undefined;
  readonly #onDone: (pending: Pending) => void;
  readonly outcome: Promise<Outcome>;

  constructor(
    walletId: string,
    command: Command,
    deadlineAt: number,
    audit: AuditRecord | undefined,
    onDone: (pending: Pending) => void,
  ) {
    this.#walletId = walletId;
    this.command = command;
    this.deadlineAt = deadlineAt;
    this.audit = audit;
    this.#onDone = onDone;
    this.needs = needs(command);
    this.mustRead = this.needs.length > 0;
    this.outcome = new Promise((resolve) => (this.#settle = resolve));
  }

  /** Every document that the command's effect may claim; none for a tick. */
  get entryIds(): readonly string[] {
    return commandEntryIds(this.#walletId, this.command);
  }

  /** Ids of the entries that must be read before it is refused; more of them once some are found. */
  reads(found?: Found): readonly string[] {
    return reads(this.#walletId, this.command, found);
  }

  /** Takes its own out of what was read. */
  learn(found: Found): void {
    this.entries = this.reads(found).flatMap((id) => found.get(id) ?? []);
  }

  get done(): boolean {
    return this.#settle === undefined;
  }

  /** Answers the caller. Only the first answer counts: a deadline may have been faster. */
  answer(outcome: Outcome): void {
    this.#end(outcome);
  }

  /** A bug: the caller's promise rejects. */
  throw(error: unknown): void {
    this.#end(Promise.reject(error instanceof Error ? error : new Error(String(error), { cause: error })));
  }

  #end(outcome: Outcome | Promise<Outcome>): void {
    const settle = this.#settle;
    if (settle === undefined) return void Promise.resolve(outcome).catch(() => undefined);
    this.#settle = undefined;
    settle(outcome);
    this.#onDone(this);
  }
}

/** The host's timers take no longer delay: they fire at once instead. */
const delayMsMax = 2 ** 31 - 1;

/** Gives up on commands at their deadlines, with one timer for all of them and none while there are none. */
export class Deadlines {
  readonly #open = new Set<Pending>();
  readonly #timers: Timers;
  readonly #random: () => number;
  #timer: unknown;
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(timers: Timers, random: () => number) {
    this.#timers = timers;
    this.#random = random;
  }

  get size(): number {
    return this.#open.size;
  }

  add(pending: Pending): void {
    this.#open.add(pending);
    if (pending.deadlineAt < this.#armedFor) this.#arm(pending.deadlineAt);
  }

  remove(pending: Pending): void {
    this.#open.delete(pending);
    if (this.#open.size === 0) this.#disarm();
  }

  #arm(at: number): void {
    this.#disarm();
    this.#armedFor = at;
    const delayMs = Math.min(delayMsMax, Math.max(0, at - this.#timers.elapsedMs()));
    this.#timer = this.#timers.setTimeout(() => this.#sweep(), delayMs);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  #sweep(): void {
    this.#disarm();
    const now = this.#timers.elapsedMs();
    let next = Number.POSITIVE_INFINITY;
    for (const pending of this.#open) {
      if (pending.deadlineAt <= now) pending.answer(failed(pending.obstacle, this.#random));
      else next = Math.min(next, pending.deadlineAt);
    }
    if (next < Number.POSITIVE_INFINITY) this.#arm(next);
  }
}
