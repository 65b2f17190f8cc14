// Metered services as processes: the real attempt protocol on virtual time, which dies, stands still past a hold's time,
// and is asked by impatient users with one key, here and there at once.
import {
  createAttempts,
  WorkFailed,
  type Attempts,
  type Made,
  type OperationInput,
  type OperationOutcome,
} from '../../metering/attempts.ts';
import { CreditsError } from '../../metering/errors.ts';
import { memoryResults, type ResultStore } from '../../metering/results.ts';
import type { Fleet } from './fleet.ts';
import type { Journal } from './journal.ts';
import { Process } from './scheduler.ts';
import { sdkCredits } from './sdk-credits.ts';
import type { World } from './world.ts';

/** One operation that a user wants once, by its key. */
export interface Wish {
  readonly walletId: string;
  readonly key: string;
  readonly characters: number;
  readonly ttlSeconds: number;
  /** Every result that the user was given. */
  readonly outcomes: OperationOutcome[];
  /** How often the work was done for it. */
  works: number;
}

interface Service {
  readonly process: Process;
  readonly attempts: Attempts;
  /** Requests under way: a death resets them. */
  readonly open: Set<() => void>;
}

const operation = 'narration';
const placesMax = 2;
const fragility = 30;

export class SdkClients {
  readonly wishes: Wish[] = [];
  readonly results = memoryResults();
  readonly #world: World;
  readonly #fleet: Fleet;
  readonly #journal: Journal;
  readonly #services: Service[] = [];
  #made = 0;

  constructor(world: World, fleet: Fleet, journal: Journal) {
    this.#world = world;
    this.#fleet = fleet;
    this.#journal = journal;
    for (let place = 0; place < placesMax; place++) this.#start(place);
  }

  /** One user with one wish, asking until it is granted or refused; a second tab may ask as well. */
  async live(name: string, walletId: string, withinMs: number): Promise<void> {
    const { chance } = this.#world;
    await this.#world.wait(chance.below(withinMs));
    const wish: Wish = {
      walletId,
      key: name,
      characters: chance.between(1, 1_200),
      ttlSeconds: chance.pick([1, 3, 20]),
      outcomes: [],
      works: 0,
    };
    this.wishes.push(wish);
    const tabs = [this.#insist(wish, 6)];
    if (chance.maybe(0.5)) tabs.push(this.#world.wait(chance.below(15_000)).then(() => this.#insist(wish, 3)));
    await Promise.all(tabs);
  }

  /** In calm weather and from a process that knows nothing, everybody gets what is theirs. */
  async settle(): Promise<void> {
    for (let place = 0; place < placesMax; place++) this.#start(place);
    for (const wish of this.wishes) await this.#insist(wish, 5);
  }

  async #insist(wish: Wish, tries: number): Promise<void> {
    const { chance } = this.#world;
    for (let n = 0; n < tries; n++) {
      const error = await this.#request(chance.below(placesMax), wish);
      if (error === undefined) return;
      if (error instanceof CreditsError && error.code === 'INSUFFICIENT_CREDITS') return;
      await this.#world.wait(chance.between(100, 8_000));
    }
  }

  /** One request to one service; what it failed with, or nothing. */
  async #request(place: number, wish: Wish): Promise<unknown> {
    await this.#world.travel();
    const service = this.#services[place];
    if (service === undefined || !service.process.isAlive) return new Error('no answer');
    const heard = Promise.withResolvers<unknown>();
    const reset = () => heard.resolve(new Error('no answer'));
    service.open.add(reset);
    service.process.enter('sdk request', () => {
      service.attempts
        .run(this.#input(service, wish))
        .then(
          (outcome) => this.#hears(service, wish, outcome),
          (error: unknown) => this.#fails(service, error),
        )
        .then(heard.resolve, heard.reject);
    });
    const error = await heard.promise;
    service.open.delete(reset);
    return error;
  }

  #hears({ process }: Service, wish: Wish, outcome: OperationOutcome): undefined {
    if (!process.isAlive) return undefined;
    wish.outcomes.push(outcome);
    this.#world.tally.count('sdk', outcome.replayed ? 'replayed' : 'made');
    this.#world.log(`${process.name} answers ${wish.key}: run ${String(outcome.fields.run)} of ${outcome.holdId}`);
    return undefined;
  }

  #fails({ process }: Service, error: unknown): unknown {
    if (!process.isAlive) return error;
    const code = error instanceof CreditsError ? error.code : 'failed work';
    this.#world.tally.count('sdk', code === 'INSUFFICIENT_CREDITS' ? 'refused' : code);
    this.#world.log(`${process.name} fails: ${String(error)}`);
    const isHonest =
      error instanceof WorkFailed || ['INSUFFICIENT_CREDITS', 'CONTENTION', 'OVERLOADED', 'HOLD_LIMIT'].includes(code);
    if (!isHonest) this.#world.fail('sdk', `${process.name} tells a user: ${String(error)}`);
    return error;
  }

  #input({ process }: Service, wish: Wish): OperationInput {
    const { chance, weather, tally } = this.#world;
    return {
      uid: wish.walletId,
      userToken: wish.walletId,
      operation,
      params: { characters: wish.characters },
      key: wish.key,
      requestDigest: wish.key,
      ttlSeconds: wish.ttlSeconds,
      signal: new AbortController().signal,
      work: async ({ credits }) => {
        // The one moment at which standing still is worth most: with a hold in hand.
        const isLong = !this.#world.isCalm && chance.maybe(0.3);
        await new Promise<void>((resolve) => process.timers.setTimeout(resolve, chance.below(400)));
        if (isLong && chance.maybe(0.7)) process.freeze(chance.between(1, 2_500 * wish.ttlSeconds));
        await process.call('work', async () => undefined);
        if (!this.#world.isCalm && weather.faults.lost !== 0 && chance.maybe(0.05))
          throw new Error('the engine of the work failed');
        wish.works += 1;
        if (wish.works === 2) tally.count('sdk', 'worked twice');
        const made: Made = { contentType: 'audio/wav', bytes: Uint8Array.of(wish.works), fields: { run: wish.works } };
        return chance.maybe(0.2) && credits > 0 ? { ...made, credits: credits - 1 } : made;
      },
    };
  }

  /** Results as a process reaches them: some puts and gets fail, some only seem to. */
  #store(process: Process): ResultStore {
    const { chance } = this.#world;
    const reach = <T>(what: string, effect: () => Promise<T>): Promise<T> =>
      process.call(what, async () => {
        const isRough = !this.#world.isCalm;
        if (isRough && chance.maybe(0.03)) throw new Error('storage is away');
        const answer = await effect();
        if (isRough && chance.maybe(0.03)) throw new Error('the answer of storage is lost');
        return answer;
      });
    return {
      put: (...asked) => reach('put', () => this.results.put(...asked)),
      get: (...asked) => reach('get', () => this.results.get(...asked)),
    };
  }

  #start(place: number): void {
    const open = new Set<() => void>();
    const process: Process = new Process(
      this.#world,
      `service-${++this.#made}`,
      () => {
        for (const reset of open) reset();
        const again = () => void (this.#services[place]?.process === process && this.#start(place));
        this.#world.time.setTimeout(again, this.#world.chance.between(0, 3_000));
      },
      fragility,
    );
    const clock = {
      elapsedMs: process.timers.elapsedMs,
      timeout: (ms: number) => {
        const abort = new AbortController();
        process.timers.setTimeout(() => abort.abort(new Error('the time of the work is over')), ms);
        return abort.signal;
      },
    };
    const credits = sdkCredits(this.#world, this.#fleet, this.#journal, process);
    this.#services[place] = {
      process,
      open,
      attempts: createAttempts({ credits, results: this.#store(process), clock }),
    };
  }
}
