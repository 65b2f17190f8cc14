// One engine in one process: it is asked, it answers, and it may die in between.
import { createEngine, type CommitEngine } from '../engine/engine.ts';
import type { EngineLimits } from '../engine/limits.ts';
import type { Outcome } from '../engine/outcome.ts';
import { beginRequest, checkAnswer } from './checks/answer.ts';
import type { Ask } from './journal.ts';
import { Process } from './scheduler.ts';
import { wired } from './wire.ts';
import type { World } from './world.ts';

/** What a client hears: an outcome, or that the connection broke. */
export type Told = Outcome | { readonly kind: 'reset' };

export class Instance {
  readonly process: Process;
  readonly engine: CommitEngine;
  readonly #world: World;
  readonly #open = new Set<(told: Told) => void>();
  #skewMs: number;
  /** What its clock said last. */
  reading = 0;
  /** Calls to the store: at least as many as rounds of work that it has done. */
  rounds = 0;
  isDraining = false;

  constructor(world: World, name: string, onDeath: () => void, limits: Partial<EngineLimits> = world.weather.limits) {
    this.#world = world;
    this.#skewMs = this.#anySkewMs();
    this.process = new Process(world, name, () => {
      for (const hear of this.#open) hear({ kind: 'reset' });
      this.#open.clear();
      onDeath();
    });
    const port = wired(world, this.process);
    const store = world.seams.store?.(port, world) ?? port;
    const { decide } = world.seams;
    this.engine = createEngine({
      store: {
        load: (...asked) => this.#round(() => store.load(...asked)),
        find: (...asked) => this.#round(() => store.find(...asked)),
        facts: (...asked) => this.#round(() => store.facts(...asked)),
        commit: (...asked) => this.#round(() => store.commit(...asked)),
      },
      now: () => (this.reading = world.time.now() + this.#skewMs),
      random: world.chance.random,
      timers: this.process.timers,
      limits: { ...limits, ...world.seams.limits },
      ...(decide === undefined ? {} : { decide }),
    });
    void this.#jumps();
  }

  /** A request that has arrived here. */
  serve(ask: Ask, deadlineMs: number): Promise<Told> {
    const { promise, resolve } = Promise.withResolvers<Told>();
    if (!this.process.isAlive) return Promise.resolve({ kind: 'reset' });
    this.#open.add(resolve);
    this.process.enter('request', () => {
      const request = beginRequest(this.#world, this, ask, deadlineMs);
      this.engine.execute(ask.walletId, ask.command, { deadlineMs }).then(
        (outcome) => {
          if (!this.process.isAlive) return;
          this.#open.delete(resolve);
          checkAnswer(this.#world, this, request, outcome);
          resolve(outcome);
        },
        (bug: unknown) => this.#world.fail('engine', `${this.process.name} throws ${String(bug)}`),
      );
    });
    return promise;
  }

  #round<T>(call: () => Promise<T>): Promise<T> {
    this.rounds += 1;
    return call();
  }

  #anySkewMs(): number {
    const { skewMsMax } = this.#world.weather;
    return this.#world.chance.between(-skewMsMax, skewMsMax);
  }

  async #jumps(): Promise<void> {
    const { chance, weather, tally } = this.#world;
    while (weather.skewMsMax > 0) {
      await this.#world.wait(chance.between(1, 2 * weather.jumpEveryMs));
      if (!this.process.isAlive || this.#world.isCalm) return;
      this.#skewMs = this.#anySkewMs();
      tally.count('happened', 'clock jump');
    }
  }
}
