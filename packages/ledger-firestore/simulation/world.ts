// All that one run is made of. Everything in it follows from the seed: no clock, no chance and no timer of the host.
import type { decide } from '@reelbanana/ledger';
import type { EngineLimits } from '../engine/limits.ts';
import type { LedgerStore } from '../port.ts';
import { VirtualTime } from '../testing/virtual-time.ts';
import { Chance } from './chance.ts';
import { weatherOf, type Weather } from './faults.ts';
import { History } from './history.ts';
import { Tally } from './tally.ts';
import { Trace } from './trace.ts';

/** Where a mutant plants its bug (mutants.ts). Empty for the code as it is. */
export interface Seams {
  /** Around the port of one engine. */
  readonly store?: (store: LedgerStore, world: World) => LedgerStore;
  readonly decide?: typeof decide;
  readonly limits?: Partial<EngineLimits>;
  /** What an SDK client sends and hears. */
  readonly sdk?: 'forgets to supersede' | 'works on every hold';
}

/** A rule that was broken: the run ends there. */
export interface Violation {
  readonly rule: 'step' | 'refused' | 'answer' | 'failure' | 'proof' | 'view' | 'sdk' | 'engine';
  readonly detail: string;
}

export class World {
  readonly seed: number;
  readonly seams: Seams;
  readonly time = new VirtualTime();
  readonly chance: Chance;
  readonly weather: Weather;
  readonly history: History;
  readonly tally = new Tally();
  readonly trace = new Trace();
  /** No more faults: what still waits comes to its end. */
  isCalm = false;
  /** Nothing reaches the store. */
  isOut = false;
  violation: Violation | undefined;
  /** Resolves at the first violation. */
  readonly failed: Promise<void>;
  #onFailed: () => void = () => undefined;

  constructor(seed: number, seams: Seams = {}) {
    this.seed = seed;
    this.seams = seams;
    this.chance = new Chance(seed);
    this.weather = weatherOf(this.chance.fork());
    this.history = new History(this);
    this.failed = new Promise((resolve) => (this.#onFailed = resolve));
  }

  log(event: string): void {
    this.trace.add(this.time.now(), event);
  }

  fail(rule: Violation['rule'], detail: string): void {
    if (this.violation !== undefined) return;
    this.violation = { rule, detail };
    this.log(`BROKEN ${rule}: ${detail}`);
    this.#onFailed();
  }

  /** The store goes away and comes back, while the weather lasts. */
  async outages(): Promise<void> {
    const { outageEveryMs, faultMsMax } = this.weather;
    while (outageEveryMs > 0 && !this.isCalm) {
      await this.wait(this.chance.between(1, 2 * outageEveryMs));
      if (this.isCalm) return;
      this.isOut = true;
      this.tally.count('happened', 'outage');
      this.log('the store is away');
      await this.wait(this.chance.between(1, faultMsMax));
      this.isOut = false;
      this.log('the store is back');
    }
  }

  /** One way over the network. */
  latencyMs(): number {
    return this.isCalm ? 0 : this.chance.between(0, this.weather.latencyMsMax);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.time.setTimeout(resolve, ms));
  }

  travel(): Promise<void> {
    return this.wait(this.latencyMs());
  }
}
