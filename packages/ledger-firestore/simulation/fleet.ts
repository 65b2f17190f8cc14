// The instances of the service: a few places, in each a process that dies, is replaced, or is asked to go.
import type { Ask } from './journal.ts';
import { Instance, type Told } from './instance.ts';
import type { World } from './world.ts';

export class Fleet {
  readonly #world: World;
  readonly #places: Instance[] = [];
  #made = 0;

  constructor(world: World, size: number) {
    this.#world = world;
    for (let place = 0; place < size; place++) this.#start(place);
  }

  get size(): number {
    return this.#places.length;
  }

  /** What runs at a place now, or ran there last. */
  at(place: number): Instance {
    const instance = this.#places[place];
    if (instance === undefined) throw new Error(`no place ${place}`);
    return instance;
  }

  /** One request, there and back. */
  async send(place: number, ask: Ask, deadlineMs: number): Promise<Told> {
    await this.#world.travel();
    const told = await this.at(place).serve(ask, deadlineMs);
    if (told.kind === 'reset') this.#world.tally.count('outcome', 'reset');
    await this.#world.travel();
    return told;
  }

  /** Instances come and go while the weather lasts: some are drained, as SIGTERM does, most just die (scheduler.ts). */
  async comeAndGo(): Promise<void> {
    const { chance } = this.#world;
    for (let count = chance.below(4); count > 0; count--) {
      await this.#world.wait(chance.between(1_000, 20_000));
      if (this.#world.isCalm) return;
      const place = chance.below(this.size);
      const old = this.at(place);
      if (!old.process.isAlive) continue;
      this.#world.tally.count('happened', 'drain');
      this.#world.log(`${old.process.name} drains`);
      old.isDraining = true;
      void old.engine.drain();
      this.#start(place);
    }
  }

  /** What died is there again, with nothing remembered; resolves when every engine is idle. */
  async settle(): Promise<void> {
    for (const [place, instance] of this.#places.entries()) if (!instance.process.isAlive) this.#start(place);
    await Promise.all(this.#places.map((instance) => instance.engine.drain()));
    for (const instance of this.#places) {
      const { pending } = instance.engine.size;
      if (pending > 0) this.#world.fail('engine', `${instance.process.name} is drained and ${pending} still wait`);
    }
  }

  /** An engine that has seen nothing yet, beside the others. */
  fresh(): Instance {
    return new Instance(this.#world, `engine-${++this.#made}`, () => undefined, {});
  }

  #start(place: number): void {
    const instance = new Instance(this.#world, `engine-${++this.#made}`, () => {
      const downMs = this.#world.chance.between(0, 3_000);
      this.#world.time.setTimeout(() => {
        if (this.#places[place] !== instance) return;
        this.#world.tally.count('happened', 'restart');
        this.#start(place);
      }, downMs);
    });
    this.#places[place] = instance;
  }
}
