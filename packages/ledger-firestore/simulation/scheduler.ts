// Processes on virtual time. Whatever a process awaits reaches it through a gate, and at every gate it may die (and then
// nothing of it happens any more) or stand still (and then everything happens to it late).
import type { Timers } from '../scheduler.ts';
import type { World } from './world.ts';

interface Alarm {
  handle: unknown;
  isCleared: boolean;
}

export class Process {
  readonly name: string;
  readonly #world: World;
  readonly #onDeath: () => void;
  readonly #crash: number;
  /** What reached it while it stood still; undefined while it runs. */
  #frozen: (() => void)[] | undefined;
  isAlive = true;
  /** How long it has stood still in all. */
  frozenMs = 0;

  /** @param fragility how much more often than an engine it dies: a process with few gates would hardly ever */
  constructor(world: World, name: string, onDeath: () => void, fragility = 1) {
    this.#world = world;
    this.name = name;
    this.#onDeath = onDeath;
    this.#crash = world.weather.crash * fragility;
  }

  get isFrozen(): boolean {
    return this.#frozen !== undefined;
  }

  /** Timers as the process has them. */
  readonly timers: Timers = {
    elapsedMs: () => this.#world.time.elapsedMs(),
    setTimeout: (run, delayMs) => this.#alarm('timer', run, delayMs),
    clearTimeout: (handle) => {
      const alarm = handle as Alarm;
      alarm.isCleared = true;
      this.#world.time.clearTimeout(alarm.handle);
    },
    setImmediate: (run) => void this.#alarm('turn', run, 0),
  };

  #alarm(place: string, run: () => void, delayMs: number): Alarm {
    const enter = () => this.enter(place, () => (alarm.isCleared ? undefined : run()));
    const alarm: Alarm = { handle: undefined, isCleared: false };
    alarm.handle = this.#world.time.setTimeout(enter, delayMs);
    return alarm;
  }

  /** A gate: `run` goes on inside of the process, now, later or never. */
  enter(place: string, run: () => void): void {
    if (!this.isAlive) return;
    if (this.#frozen !== undefined) return void this.#frozen.push(() => this.enter(place, run));
    const { chance, weather, isCalm } = this.#world;
    if (!isCalm && chance.maybe(this.#crash)) return this.die(place);
    if (!isCalm && chance.maybe(weather.pause)) {
      this.freeze(chance.between(1, weather.pauseMsMax));
      return this.enter(place, run);
    }
    run();
  }

  /**
   * Asks something outside. From the moment that it is sent, `effect` happens whatever becomes of the process; the answer
   * comes back through a gate.
   */
  call<T>(what: string, effect: () => Promise<T>): Promise<T> {
    const { time, chance, isCalm } = this.#world;
    return new Promise((resolve, reject) => {
      if (!this.isAlive) return;
      if (!isCalm && chance.maybe(this.#crash)) return this.die(`before ${what}`);
      const back = (settle: () => void) =>
        void time.setTimeout(() => this.enter(`after ${what}`, settle), this.#world.latencyMs());
      const arrive = () =>
        void effect().then(
          (answer) => back(() => resolve(answer)),
          (error: unknown) => back(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
      time.setTimeout(arrive, this.#world.latencyMs());
    });
  }

  die(place: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#world.tally.count('crash', place);
    this.#world.log(`${this.name} dies: ${place}`);
    this.#onDeath();
  }

  freeze(ms: number): void {
    const waiting: (() => void)[] = [];
    this.#frozen = waiting;
    this.frozenMs += ms;
    this.#world.tally.count('happened', 'pause');
    this.#world.log(`${this.name} stands still for ${ms} ms`);
    this.#world.time.setTimeout(() => {
      this.#frozen = undefined;
      for (const run of waiting) this.#world.time.setTimeout(run, 0);
    }, ms);
  }
}
