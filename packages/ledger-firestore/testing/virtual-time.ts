// A clock that stands still until everything at that moment has run, then jumps to the next timer; and a seeded chance.
import type { Timers } from '../scheduler.ts';

interface Alarm {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time: `now` moves only inside `run` and `advance`. */
export class VirtualTime implements Timers {
  #now: number;
  #order = 0;
  readonly #alarms = new Set<Alarm>();

  constructor(now = 1_800_000_000_000) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  readonly elapsedMs = (): number => this.#now;

  readonly setTimeout = (run: () => void, delayMs: number): unknown => {
    const alarm = { at: this.#now + Math.max(0, Math.ceil(delayMs)), order: this.#order++, run };
    this.#alarms.add(alarm);
    return alarm;
  };

  readonly clearTimeout = (handle: unknown): void => {
    this.#alarms.delete(handle as Alarm);
  };

  readonly setImmediate = (run: () => void): void => {
    this.setTimeout(run, 0);
  };

  /** Timers that are armed: an idle engine has none. */
  get armed(): number {
    return this.#alarms.size;
  }

  /** Runs what is due up to `ms` from now, in order, and ends exactly there. */
  async advance(ms: number): Promise<void> {
    await this.#until(this.#now + ms);
  }

  /** Runs until `promise` settles, however far time must go (an error past `maxMs`: something hangs). */
  async run<T>(promise: Promise<T>, maxMs = 3_600_000): Promise<T> {
    let settled = false;
    const watched = promise.finally(() => (settled = true));
    watched.catch(() => undefined);
    const end = this.#now + maxMs;
    for (;;) {
      await settle();
      if (settled) return watched;
      const next = this.#next(end);
      if (next === undefined) throw new Error(`nothing is due within ${maxMs} ms, and the promise has not settled`);
      this.#fire(next);
    }
  }

  async #until(end: number): Promise<void> {
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#fire(next);
      await settle();
    }
    this.#now = end;
  }

  #next(end: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.at > end) continue;
      if (first === undefined || alarm.at < first.at || (alarm.at === first.at && alarm.order < first.order))
        first = alarm;
    }
    return first;
  }

  #fire(alarm: Alarm): void {
    this.#alarms.delete(alarm);
    this.#now = Math.max(this.#now, alarm.at);
    alarm.run();
  }
}

/** Lets every promise that is ready run: a turn of the real event loop comes after all of them. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Numbers in [0, 1) from a seed (mulberry32): the same seed replays the same run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
