// Services whose work takes longer or costs more than they said, and administrators: extend, settle above the hold and late,
// settings, caps. Scripts of `Clients`, as those in clients.ts.
import { keyId, type Command } from '@reelbanana/ledger';
import type { Clients } from './clients.ts';
import { configure, deduct, extend, grant, pay, release, reserve, settle } from './commands.ts';

type Script = (clients: Clients, name: string, walletId: string) => Promise<unknown>;

/** What the operation costs at most: with it a settle may lie above its hold, and come late. */
const creditsMax = 40;

/** Needs more time once or twice, perhaps too late, and costs more than was held. */
const prolongs: Script = async (clients, name, usual) => {
  const { chance } = clients;
  const ttlMs = chance.between(1_000, 6_000);
  const credits = chance.between(1, 15);
  const w = chance.maybe(0.4) ? 'poor' : usual;
  if (w === 'poor') await clients.ask(w, grant(`${name}-g`, credits)); // what lies above the hold cannot be paid
  const told = await clients.ask(w, reserve(`${name}-r`, credits, { ttlMs }));
  if (told.kind !== 'answer') return;
  const holdId = told.answer.entry.id;
  for (let count = chance.between(1, 3); count > 0; count--) {
    await clients.wait(chance.below(ttlMs));
    await clients.ask(w, extend(`${name}-e${count}`, holdId, chance.between(1_000, 8_000)));
  }
  const overrun = chance.pick([{}, { overrun: 'absorb' }, { overrun: 'debt' }] as const);
  const cost = chance.between(0, 2 * credits);
  await clients.ask(w, { ...settle(`${name}-s`, holdId, cost), creditsMax, ...overrun });
};

/** Comes back when the hold has expired: settles late, gives back, or finds that another attempt has closed it for ever. */
const isLate: Script = async (clients, name, w) => {
  const { chance } = clients;
  const ttlMs = chance.between(1_000, 2_000);
  const told = await clients.ask(w, reserve(`${name}-r`, chance.between(1, 12), { ttlMs }));
  if (told.kind !== 'answer') return;
  const holdId = told.answer.entry.id;
  await clients.wait(ttlMs + chance.below(chance.pick([10, 3_000])));
  const late: Command = { ...settle(`${name}-s`, holdId), creditsMax };
  const commands: Command[] = [late];
  if (chance.maybe(0.4)) commands.push(reserve(`${name}-r2`, 2, { ttlMs, supersedes: holdId }));
  if (chance.maybe(0.3)) commands.push({ ...settle(`${name}-s2`, holdId, 1), creditsMax });
  if (chance.maybe(0.2)) commands.push(release(`${name}-x`, holdId));
  await Promise.all(commands.map((command) => clients.ask(w, command)));
};

/** A card is charged back while credits of it are held; the work goes on and settles, or is given up. */
const isChargedBack: Script = async (clients, name, w) => {
  const { chance } = clients;
  const credits = chance.between(10, 40);
  await clients.ask(w, pay(`${name}-p`, `payment-${name}`, credits));
  const told = await clients.ask(w, reserve(`${name}-r`, chance.between(1, 20), { ttlMs: 60_000 }));
  await clients.ask(w, pay(`${name}-lost`, `payment-${name}`, credits, chance.between(1, credits)));
  const holdId = told.kind === 'answer' ? told.answer.entry.id : keyId(w, 'reserve', `${name}-r`);
  await clients.ask(w, chance.pick([settle(`${name}-s`, holdId), release(`${name}-x`, holdId)]));
  await clients.ask(w, pay(`${name}-won`, `payment-${name}`, credits, chance.pick([0, 1])));
};

/** An administrator changes what a wallet may do, while it is used; a plan's credits roll over in it. */
const isConfigured: Script = async (clients, name) => {
  const { chance } = clients;
  const w = 'ruled';
  const now = clients.now();
  const rollover = { cap: chance.between(1, 9), expiresAt: now + chance.between(20_000, 60_000) };
  const plan = { kind: 'plan', expiresAt: now + chance.between(1_000, 15_000), rollover } as const;
  await clients.ask(w, grant(`${name}-g`, chance.between(1, 20), chance.maybe(0.5) ? plan : {}));
  const settings = [
    { unmetered: true },
    { unmetered: false },
    { overdraftLimit: chance.below(20) },
    { caps: { daily: chance.below(30) } },
    { caps: { perMinute: chance.below(4), monthly: 60 } },
    { caps: {} },
    { status: 'frozen' },
    { status: 'active' },
  ] as const;
  for (let count = chance.between(1, 5); count > 0; count--) {
    await clients.ask(w, configure(`${name}-c${count}`, chance.pick(settings)));
    await clients.ask(w, deduct(`${name}-d${count}`, chance.below(12)));
    const told = await clients.ask(w, reserve(`${name}-r${count}`, chance.below(8), { ttlMs: 5_000 }));
    await clients.wait(chance.below(4_000));
    if (told.kind === 'answer') await clients.ask(w, settle(`${name}-s${count}`, told.answer.entry.id));
  }
  await clients.ask(w, configure(`${name}-thaw`, { status: 'active', unmetered: false, caps: {} }));
};

export const workers = { prolongs, isLate, isChargedBack, isConfigured } as const;
