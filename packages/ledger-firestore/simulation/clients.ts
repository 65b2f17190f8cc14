// Clients of the credits service. Each insists: it repeats its command with the same key until it gets a verdict.
import { keyId, type Command } from '@reelbanana/ledger';
import { deduct, grant, pay, refund, release, reserve, settle } from './commands.ts';
import type { Chance } from './chance.ts';
import { landingMsMax } from './faults.ts';
import type { Fleet } from './fleet.ts';
import type { Told } from './instance.ts';
import type { Ask, Journal } from './journal.ts';
import { workers } from './workers.ts';
import type { World } from './world.ts';

/** With the waits below well past the 15 minutes for which an engine may say that a lost commit could still land. */
const triesMax = 200;
const patienceMsMax = 10_000;

/** What clients do, and how often. */
const habits: readonly [weight: number, habit: keyof typeof scripts][] = [
  [4, 'pays'],
  [6, 'holds'],
  [3, 'isGranted'],
  [3, 'isRefunded'],
  [3, 'buys'],
  [3, 'supersedes'],
  [3, 'errs'],
  [2, 'repeats'],
  [5, 'hurries'],
  [4, 'spreads'],
  [1, 'ticks'],
  [1, 'rushes'],
  [1, 'crumbles'],
  [1, 'isFrozen'],
  [3, 'prolongs'],
  [3, 'isLate'],
  [2, 'isChargedBack'],
  [2, 'isConfigured'],
];

interface Wallets {
  readonly usual: readonly string[];
  /** Wallets that are written at the same moments, row by row. */
  readonly rows: readonly (readonly string[])[];
  readonly frozen: string;
}

export class Clients {
  readonly #world: World;
  readonly #fleet: Fleet;
  readonly #journal: Journal;
  readonly #wallets: readonly string[];
  readonly rows: Wallets['rows'];
  readonly frozen: string;
  readonly chance: Chance;

  constructor(world: World, fleet: Fleet, journal: Journal, wallets: Wallets) {
    this.#world = world;
    this.#fleet = fleet;
    this.#journal = journal;
    this.#wallets = wallets.usual;
    this.rows = wallets.rows;
    this.frozen = wallets.frozen;
    this.chance = world.chance.fork();
  }

  /** One client from beginning to end. */
  async live(name: string, withinMs: number): Promise<void> {
    await this.wait(this.chance.below(withinMs));
    let draw = this.chance.below(habits.reduce((sum, [weight]) => sum + weight, 0));
    const [, habit] = habits.find(([weight]) => (draw -= weight) < 0) ?? [0, 'pays' as const];
    await scripts[habit](this, name, this.chance.pick(this.#wallets));
  }

  wait(ms: number): Promise<void> {
    return this.#world.wait(ms);
  }

  now(): number {
    return this.#world.time.now();
  }

  get latencyMsMax(): number {
    return this.#world.weather.latencyMsMax;
  }

  anyPlace(): number {
    return this.chance.below(this.#fleet.size);
  }

  /** A command that anybody has sent before. */
  earlier(): Ask | undefined {
    const { asks } = this.#journal;
    return asks.length === 0 ? undefined : this.chance.pick(asks);
  }

  /** Asks until there is a verdict. A patient client is alone with its command, and can trust what it hears. */
  async ask(
    walletId: string,
    command: Command,
    isPatient = this.chance.maybe(0.5),
    firstPlace = this.anyPlace(),
  ): Promise<Told> {
    const { weather } = this.#world;
    const ask = this.#journal.ask(walletId, command, isPatient);
    if (!isPatient && this.chance.maybe(weather.duplicate)) void this.#copy(ask);
    let place = firstPlace;
    for (let tries = 0; tries < triesMax; tries++) {
      const asked = this.#fleet.at(place);
      const told = await this.#fleet.send(place, ask, this.chance.between(100, 10_000));
      if (told.kind !== 'failed' && told.kind !== 'reset') return told;
      if (tries > 10) await this.wait(patienceMsMax);
      await this.wait(told.kind === 'failed' ? told.retryAfterMs : this.chance.between(10, 1_000));
      if (this.chance.maybe(0.4)) place = this.chance.below(this.#fleet.size);
      if (this.#fleet.at(place) === asked && asked.process.isAlive) continue;
      if (isPatient) await this.wait(landingMsMax(weather) + 2 * weather.latencyMsMax);
      else this.#world.tally.count('happened', 'switched engine while it may still land');
    }
    this.#world.fail('view', `no verdict on ${command.type} of ${walletId} after ${triesMax} tries`);
    return { kind: 'reset' };
  }

  /** The same request once more, by some middleman: nobody hears the answer. */
  async #copy(ask: Ask): Promise<void> {
    await this.wait(this.chance.below(this.#world.weather.duplicateMsMax));
    this.#world.tally.count('happened', 'duplicate request');
    await this.#fleet.send(this.chance.below(this.#fleet.size), ask, this.chance.between(100, 10_000));
  }
}

type Script = (clients: Clients, name: string, walletId: string) => Promise<unknown>;

const other = { kind: 'service', pseudonym: 'c'.repeat(32) } as const;

const scripts = {
  pays: async (clients, name, w) => {
    for (let count = clients.chance.between(1, 4); count > 0; count--) {
      await clients.ask(w, deduct(`${name}-d${count}`, clients.chance.below(25)));
    }
  },

  /** Reserves, works, and settles, gives back, does both at once, or forgets. */
  holds: async (clients, name, w) => {
    const { chance } = clients;
    const credits = chance.between(0, 20);
    const ttlMs = chance.between(1_000, 30_000);
    const told = await clients.ask(w, reserve(`${name}-r`, credits, { ttlMs }));
    if (told.kind !== 'answer') return;
    const holdId = told.answer.entry.id;
    await clients.wait(chance.below(chance.maybe(0.2) ? 2 * ttlMs : 4_000));
    const settling = settle(`${name}-s`, holdId, chance.maybe(0.5) ? undefined : chance.below(credits + 1));
    const giving = release(`${name}-x`, holdId);
    const end = chance.random();
    if (end < 0.45) await clients.ask(w, settling);
    else if (end < 0.65) await clients.ask(w, giving);
    else if (end < 0.85) await Promise.all([clients.ask(w, settling), clients.ask(w, giving)]);
    if (chance.maybe(0.3))
      await clients.ask(w, chance.pick([settle(`${name}-s2`, holdId), release(`${name}-x2`, holdId)]));
  },

  isGranted: async (clients, name, w) => {
    const { chance } = clients;
    const expiry = chance.maybe(0.6) ? { expiresAt: clients.now() + chance.between(1, 40_000) } : {};
    const kind = chance.pick(['signup', 'free', 'bonus', 'plan', 'purchase'] as const);
    await clients.ask(w, grant(`${name}-g`, chance.between(1, 60), { kind, ...expiry }));
  },

  /** Is given back in parts, by several at once and in all more than was charged; some parts after their grant has expired. */
  isRefunded: async (clients, name, w) => {
    const { chance } = clients;
    if (chance.maybe(0.5)) {
      const expiresAt = clients.now() + chance.between(1_000, 20_000);
      await clients.ask(w, grant(`${name}-g`, chance.between(1, 9), { expiresAt }));
    }
    const told = await clients.ask(w, deduct(`${name}-d`, chance.between(1, 20)));
    const chargeId = told.kind === 'answer' ? told.answer.entry.id : keyId(w, 'deduct', `${name}-nobody's`);
    await clients.wait(chance.below(chance.maybe(0.3) ? 20_000 : 2_000));
    const part = () => (chance.maybe(0.3) ? undefined : chance.between(1, 8));
    const parts = Array.from({ length: chance.between(1, 4) }, (_, index) =>
      refund(`${name}-b${index}`, chargeId, part()),
    );
    await Promise.all(parts.map((command) => clients.ask(w, command)));
    if (chance.maybe(0.3)) await clients.ask(w, { ...refund(`${name}-o`, chargeId), actor: other });
    await clients.ask(w, refund(`${name}-all`, chargeId));
  },

  /** Is told what a payment is worth by events that overtake and repeat each other, and loses some of it again. */
  buys: async (clients, name, w) => {
    const { chance } = clients;
    const credits = chance.between(5, 40);
    const worth = (clawedBack: number) =>
      pay(`${name}-p${clawedBack}-${chance.below(2)}`, `payment-${name}`, credits, clawedBack);
    const events = Array.from({ length: chance.between(1, 5) }, () => worth(chance.pick([0, 0, 3, credits])));
    await Promise.all(
      events.map(async (event) => {
        await clients.wait(chance.below(3_000));
        await clients.ask(w, event);
      }),
    );
    await clients.ask(w, worth(chance.pick([0, credits])));
  },

  /** Attempt after attempt, each closing the one before, while an earlier one still tries to settle. */
  supersedes: async (clients, name, w) => {
    const { chance } = clients;
    let supersedes: string | undefined;
    for (let attempt = 1; attempt <= 3; attempt++) {
      const more = { ttlMs: chance.between(1_000, 20_000), ...(supersedes === undefined ? {} : { supersedes }) };
      const told = await clients.ask(w, reserve(`${name}-r${attempt}`, chance.between(1, 15), more));
      if (told.kind !== 'answer') return;
      if (supersedes !== undefined && chance.maybe(0.6))
        void clients.ask(w, settle(`${name}-late${attempt}`, supersedes));
      supersedes = told.answer.entry.id;
      await clients.wait(chance.below(5_000));
      if (chance.maybe(0.2)) await clients.ask(w, settle(`${name}-early${attempt}`, supersedes));
    }
    if (supersedes !== undefined) await clients.ask(w, settle(`${name}-s`, supersedes));
  },

  /** All that a client can get wrong. */
  errs: async (clients, name, w) => {
    const { chance } = clients;
    const told = await clients.ask(w, reserve(`${name}-r`, 5));
    const holdId = keyId(w, 'reserve', `${name}-r`);
    await clients.ask(w, deduct(`${name}-d`, 3));
    const wrongs: readonly Command[] = [
      reserve(`${name}-r`, 6), // the key of another body
      deduct(`${name}-d`, 4),
      { ...settle(`${name}-o`, holdId), actor: other },
      { ...release(`${name}-o`, holdId), actor: other },
      reserve(`${name}-o`, 5, { supersedes: holdId, actor: other }),
      settle(`${name}-n`, keyId(w, 'reserve', `${name}-nobody's`)),
      reserve(`${name}-n`, 1, { supersedes: keyId(w, 'reserve', `${name}-nobody's`) }),
      settle(`${name}-m`, holdId, 6), // more than it holds
      deduct(`${name}-f`, 1.5),
      deduct(`${name}-h`, 1_000_000),
      grant(`${name}-p`, 5, { expiresAt: 1 }),
    ];
    for (let count = 0; count < 4; count++) await clients.ask(w, chance.pick(wrongs));
    await clients.ask('nobody', deduct(`${name}-u`, 1));
    if (told.kind === 'answer') await clients.ask(w, release(`${name}-x`, holdId));
  },

  /** Somebody's browser sends an old request again. */
  repeats: async (clients) => {
    for (let count = 0; count < 3; count++) {
      const ask = clients.earlier();
      if (ask !== undefined) await clients.ask(ask.walletId, ask.command, false);
      await clients.wait(clients.chance.below(5_000));
    }
  },

  /** At the last moment, on a wallet that hardly anybody else writes: a commit that is lost then may still land in time. */
  hurries: async (clients, name) => {
    const { chance } = clients;
    const w = chance.pick(['quiet-1', 'quiet-2', 'quiet-3']);
    for (let round = 1; round <= 4; round++) {
      const ttlMs = chance.between(1_000, 3_000);
      const expires = chance.maybe(0.3) ? { expiresAt: clients.now() + ttlMs } : {};
      await clients.ask(w, grant(`${name}-g${round}`, 9, expires), true);
      const told = await clients.ask(w, reserve(`${name}-r${round}`, chance.between(1, 5), { ttlMs }), true);
      if (told.kind !== 'answer') continue;
      await clients.wait(ttlMs - chance.below(chance.pick([60, 600])));
      await clients.ask(w, settle(`${name}-s${round}`, told.answer.entry.id), true);
    }
  },

  /** Hurries on several wallets of one engine at the same moments: their commits go together, and are lost together. */
  spreads: async (clients, name) => {
    const { chance, latencyMsMax } = clients;
    const row = chance.pick(clients.rows);
    const place = clients.anyPlace();
    const all = (commandOf: (walletId: string) => Command) =>
      Promise.all(row.map((w) => clients.ask(w, commandOf(w), true, place)));
    await all(() => grant(`${name}-g`, 50));
    for (let round = 1; round <= 6; round++) {
      const ttlMs = chance.between(1_000, 2_000);
      const expiresAt = clients.now() + ttlMs; // about
      await all(() => reserve(`${name}-r${round}`, chance.between(1, 5), { ttlMs }));
      // One round trip before the end, or two: a commit that is lost now is tried again when it is too late.
      await clients.wait(expiresAt - clients.now() - chance.below(5 + 3 * latencyMsMax));
      const end = chance.pick([settle, release]);
      await all((w) => end(`${name}-e${round}`, keyId(w, 'reserve', `${name}-r${round}`)));
    }
  },

  ticks: async (clients, _name, w) => {
    for (let count = 0; count < 3; count++) {
      await clients.ask(w, { type: 'tick' });
      await clients.wait(clients.chance.below(10_000));
    }
  },

  /** Many at once, some of them twice. */
  rushes: async (clients, name, w) => {
    const commands = Array.from({ length: 12 }, (_, index) => deduct(`${name}-${index % 9}`, index % 9));
    await Promise.all(commands.map((command) => clients.ask(w, command, false)));
  },

  /** More small grants than one hold may draw on. */
  crumbles: async (clients, name) => {
    const w = 'crumbs';
    const from = clients.now() + 3_600_000; // credits of one kind and expiry would stand in one bucket
    const crumbs = Array.from({ length: 18 }, (_, index) => grant(`${name}-g${index}`, 1, { expiresAt: from + index }));
    await Promise.all(crumbs.map((command) => clients.ask(w, command)));
    await clients.ask(w, reserve(`${name}-r`, clients.chance.between(15, 18)));
  },

  isFrozen: async (clients, name) => {
    await clients.ask(clients.frozen, grant(`${name}-g`, 5));
    await clients.ask(clients.frozen, deduct(`${name}-d`, 1));
    await clients.ask(clients.frozen, reserve(`${name}-r`, 1));
  },
  ...workers,
} as const satisfies Record<string, Script>;
