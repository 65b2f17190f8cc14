// The engine around its rules: deadlines, bounds, draining, time, audit records.
import { describe, expect, it } from '@jest/globals';
import { keyId } from '@reelbanana/ledger';
import { script, type Fault, type FaultPlan } from '../stores/faulty.ts';
import { MemoryStore } from '../stores/memory.ts';
import { deduct, emptyWallet, grant, release, reserve } from '../testing/commands.ts';
import { codes, elsewhere, house, w } from '../testing/house.ts';
import { createEngine } from './engine.ts';
import type { EngineLimits } from './limits.ts';

describe('deadlines and bounds', () => {
  it('a command is answered UNAVAILABLE at its deadline while its commit hangs, and its retry is a replay', async () => {
    const { engine, run, time, available, sound } = await house({
      plan: script('commit', [{ kind: 'delay', ms: 4_000 }]),
    });
    const start = time.now();
    const outcome = await time.run(engine.execute(w, deduct('k', 5), { deadlineMs: 1_000 }));
    expect(codes([outcome])).toEqual(['UNAVAILABLE']);
    expect(time.now() - start).toBe(1_000);
    expect(codes([await run(deduct('k', 5))])).toEqual(['replayed']);
    expect(await available()).toBe(995);
    await sound();
  });

  it('by default a command is answered within 10 s', async () => {
    const { run, time } = await house({ plan: () => ({ kind: 'unavailable' }) });
    const start = time.now();
    expect(codes([await run(deduct('k', 5))])).toEqual(['UNAVAILABLE']);
    expect(time.now() - start).toBeLessThanOrEqual(10_000);
  });

  it('a command that was answered while its wallet was being read is not carried out afterwards', async () => {
    const { engine, time, available } = await house({ plan: script('load', [{ kind: 'delay', ms: 2_000 }]) });
    const outcome = await time.run(engine.execute(w, deduct('k', 5), { deadlineMs: 1_000 }));
    expect(codes([outcome])).toEqual(['UNAVAILABLE']);
    await time.advance(10_000);
    expect(await available()).toBe(1_000);
  });

  it('a clock that is set back by an hour holds up neither deadlines nor commits', async () => {
    const commits: Fault[] = [
      { kind: 'conflict' },
      { kind: 'conflict' },
      { kind: 'none' },
      { kind: 'delay', ms: 4_000 },
    ];
    const { weather, time } = await house({ plan: script('commit', commits) });
    let offsetMs = 0;
    const now = () => time.now() + offsetMs;
    const engine = createEngine({ store: weather, now, random: () => 0.9, timers: time });
    await time.run(engine.execute(w, deduct('warm', 1))); // the next commit has to keep a gap
    offsetMs = -3_600_000;
    const start = time.now();
    const hanging = time.run(engine.execute(w, deduct('k', 1), { deadlineMs: 1_000 }));
    offsetMs = -7_200_000;
    expect(codes([await hanging])).toEqual(['UNAVAILABLE']);
    expect(time.now() - start).toBe(1_000);
    expect(codes([await time.run(engine.execute(w, deduct('k', 1)))])).toEqual(['replayed']);
    expect(time.now() - start).toBeLessThan(10_000);
  });

  it('a full queue answers OVERLOADED with a time to wait, and serves those who wait', async () => {
    const { all, available, sound } = await house({ limits: { queueMax: 10 } });
    const outcomes = await all(Array.from({ length: 15 }, (_, index) => deduct(`k${index}`, 1)));
    expect(codes(outcomes).filter((code) => code === 'OVERLOADED')).toHaveLength(4);
    expect(outcomes.at(-1)).toMatchObject({ kind: 'failed', retryAfterMs: expect.any(Number) });
    expect(await available()).toBe(989);
    await sound();
  });

  it('commands that were answered at their deadlines take no place in the queue', async () => {
    const plan = script('commit', [{ kind: 'delay', ms: 4_000 }]);
    const { engine, time, available } = await house({ plan, limits: { queueMax: 2 } });
    const ask = (key: string, deadlineMs: number) => engine.execute(w, deduct(key, 1), { deadlineMs });
    const flying = ask('flying', 10_000);
    await time.advance(1);
    const late = time.run(Promise.all([ask('late1', 1_000), ask('late2', 1_000)]));
    expect(codes(await late)).toEqual(['OVERLOADED', 'OVERLOADED']);
    expect(codes(await time.run(Promise.all([flying, ask('live', 10_000)])))).toEqual(['accepted', 'accepted']);
    expect(await available()).toBe(998);
  });

  it('an outage of reads is never a refusal', async () => {
    const plan: FaultPlan = (call) => (call.op === 'find' ? { kind: 'unavailable' } : { kind: 'none' });
    const { run } = await house({ credits: 1, plan });
    expect(codes([await run(deduct('k', 5))])).toEqual(['UNAVAILABLE']);
  });

  it('a bug of the store is thrown to its callers and harms nobody after them', async () => {
    const { engine, memory, run, time } = await house();
    const commitNow = memory.commitNow.bind(memory);
    memory.commitNow = () => {
      throw new TypeError('broken');
    };
    await expect(time.run(engine.execute(w, deduct('k', 1)))).rejects.toThrow('broken');
    memory.commitNow = commitNow;
    expect(codes([await run(deduct('k', 1))])).toEqual(['accepted']);
  });

  it('an engine that remembers nothing still decides on what it has read', async () => {
    const { run, memory, time, sound } = await house({ limits: { recentMax: 0, recentPerWalletMax: 0 } });
    await run(deduct('warm', 1));
    const holdId = keyId(w, 'reserve', 'r1');
    await elsewhere(memory, [reserve('r1', 5), release('x', holdId)], time.now());
    expect(codes([await run(reserve('r2', 5, { supersedes: holdId }))])).toEqual(['accepted']);
    await sound();
  });

  it('remembers a bounded number of wallets and entries', async () => {
    const { engine, memory, time } = await house({ limits: { walletsMax: 5, recentMax: 20, recentPerWalletMax: 8 } });
    for (let index = 0; index < 12; index++) {
      memory.add(emptyWallet(`many-${index}`));
      for (let key = 0; key < 12; key++) await time.run(engine.execute(`many-${index}`, grant(`g${key}`, 1)));
    }
    await time.advance(0);
    expect(engine.size).toMatchObject({ wallets: expect.any(Number), pending: 0 });
    expect(engine.size.wallets).toBeLessThanOrEqual(5);
    expect(engine.size.entries).toBeLessThanOrEqual(20);
  });

  it('contradictory limits are refused', () => {
    const store = new MemoryStore();
    const make = (limits: Partial<EngineLimits>) => () =>
      createEngine({ store, now: Date.now, random: Math.random, limits });
    expect(make({ gapMinMs: 10, gapMaxMs: 5 })).toThrow(RangeError);
    expect(make({ deadlineMs: Number.NaN })).toThrow('deadlineMs');
    expect(make({ entriesMax: 0 })).toThrow(RangeError);
  });
});

describe('drain', () => {
  it('answers all that waits, accepts nothing more, and resolves then', async () => {
    const { engine, time, available } = await house({ plan: script('commit', [{ kind: 'delay', ms: 300 }]) });
    const waiting = [deduct('a', 1), deduct('b', 1)].map((command) => engine.execute(w, command));
    const drained = engine.drain();
    expect(codes([await time.run(engine.execute(w, deduct('late', 1)))])).toEqual(['OVERLOADED']);
    await time.run(drained);
    expect(codes(await Promise.all(waiting))).toEqual(['accepted', 'accepted']);
    expect(await available()).toBe(998);
  });

  it('resolves at once on an idle engine', async () => {
    const { engine, time } = await house();
    await expect(time.run(engine.drain())).resolves.toBeUndefined();
  });
});

describe('time', () => {
  it('a tick writes what is due, and nothing when nothing is', async () => {
    const { run, time, memory, sound } = await house();
    await run(reserve('r', 5, { ttlMs: 1_000 }));
    expect(await run({ type: 'tick' })).toEqual({ kind: 'done' });
    expect(memory.entries(w)).toHaveLength(2);
    await time.advance(1_000);
    expect(await run({ type: 'tick' })).toEqual({ kind: 'done' });
    expect(memory.entries(w).at(-1)).toMatchObject({ type: 'expireHold' });
    await sound();
  });

  it('a tick is decided on the wallet as it is, not as it is remembered', async () => {
    const { run, time, memory, sound } = await house();
    await run(deduct('warm', 1));
    await elsewhere(memory, [reserve('r', 5, { ttlMs: 1_000 })], time.now());
    await time.advance(1_000);
    await run({ type: 'tick' });
    expect(memory.entries(w).at(-1)).toMatchObject({ type: 'expireHold' });
    await sound();
  });

  it('a wallet is shown with time applied, without a write', async () => {
    const { run, time, memory, engine } = await house();
    await run(reserve('r', 5, { ttlMs: 1_000 }));
    await time.advance(1_000);
    const shown = (await time.run(engine.wallet(w)))!;
    expect(shown.totals).toMatchObject({ available: 1_000, held: 0 });
    expect(memory.entries(w)).toHaveLength(2);
  });
});

describe('an administrator’s audit record', () => {
  it('is written with the entry, once, and never with a refusal', async () => {
    const { run, memory } = await house();
    const audit = { uid: 'root', action: 'grant', reasonCode: 'test', at: 1 };
    await run(grant('g', 5), { audit });
    await run(grant('g', 5), { audit });
    await run(grant('g', 6), { audit });
    expect([...memory.audits]).toEqual([[keyId(w, 'grant', 'g'), audit]]);
  });

  it('counts towards the bytes of a commit', async () => {
    const { engine, time, memory } = await house();
    const audit = { uid: 'root', action: 'grant', reasonCode: 'test', at: 1, note: 'x'.repeat(20_000) };
    const grants = Array.from({ length: 300 }, (_, index) => grant(`g${index}`, 1, { kind: 'purchase' }));
    const outcomes = await time.run(Promise.all(grants.map((command) => engine.execute(w, command, { audit }))));
    expect(new Set(codes(outcomes))).toEqual(new Set(['accepted']));
    expect(memory.audits.size).toBe(300);
  });
});
