// Counts of what a run met, so that a simulation that no longer meets something is noticed.

/** Everything that a whole simulation must have met at least once; what else is counted is shown as well. */
export const expected = {
  outcome: ['accepted', 'replayed', 'rejected', 'done', 'failed', 'unknownWallet', 'reset'],
  rejection: [
    'VALIDATION_FAILED',
    'INSUFFICIENT_CREDITS',
    'HOLD_EXPIRED',
    'FORBIDDEN',
    'WALLET_FROZEN',
    'HOLD_NOT_FOUND',
    'HOLD_CLOSED',
    'HOLD_LIMIT',
    'DUPLICATE_OPERATION',
    'REFUND_EXCEEDS_CHARGE',
    'RATE_LIMITED',
    'CAP_EXCEEDED',
  ],
  failure: ['CONTENTION', 'OVERLOADED', 'UNAVAILABLE'],
  entry: [
    ...['grant', 'reserve', 'extend', 'settle', 'lateSettle', 'closeHold', 'release', 'superseded', 'deduct'],
    ...['refund', 'clawback', 'reinstate', 'configure', 'expireHold', 'expireGrant', 'rollover'],
  ],
  commit: ['ok', 'StaleVersion', 'EntryExists', 'UnknownOutcome', 'StoreUnavailable'],
  crash: [
    ...['load', 'find', 'commit'].flatMap((call) => [`before ${call}`, `after ${call}`]),
    ...['timer', 'turn', 'request'],
    ...['reserve', 'settle', 'put'].flatMap((call) => [`before ${call}`, `after ${call}`]),
  ],
  happened: [
    'pause',
    'restart',
    'drain',
    'clock jump',
    'outage',
    'clawback with open holds',
    'settle above the hold',
    'shortfall',
    'duplicate request',
    'switched engine while it may still land',
  ],
  shared: ['ok', 'StaleVersion', 'EntryExists', 'UnknownOutcome', 'StoreUnavailable'],
  sdk: ['made', 'replayed', 'worked twice', 'refused', 'CONTENTION', 'failed work'],
} as const satisfies Record<string, readonly string[]>;

export type Subject = keyof typeof expected;

export class Tally {
  readonly #counts = new Map<string, number>();
  commands = 0;

  count(subject: Subject, what: string, by = 1): void {
    const key = `${subject}\t${what}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
  }

  add(other: Tally): void {
    this.commands += other.commands;
    for (const [key, count] of other.#counts) this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  /** All counts of a subject, the expected ones first, in their order. */
  of(subject: Subject): readonly (readonly [what: string, count: number])[] {
    const rows = new Map<string, number>(expected[subject].map((what) => [what, 0]));
    for (const [key, count] of this.#counts) {
      const [of, what = ''] = key.split('\t');
      if (of === subject) rows.set(what, count);
    }
    return [...rows];
  }

  /** What should have been met and was not. */
  get missing(): readonly string[] {
    const subjects = Object.keys(expected) as Subject[];
    return subjects.flatMap((subject) =>
      this.of(subject).flatMap(([what, count]) => (count === 0 ? [`${subject}: ${what}`] : [])),
    );
  }
}
