// The rules of commits (README.md, The rules): what a commit carries, how one fails, what may be repeated.
import { describe, expect, it } from '@jest/globals';
import { keyId } from '@reelbanana/ledger';
import { script, type FaultPlan } from '../stores/faulty.ts';
import { deduct, release, reserve, settle } from '../testing/commands.ts';
import { codes, elsewhere, house, w } from '../testing/house.ts';

describe('group commit', () => {
  it('commits at once on an idle wallet: the call goes out in the same turn and no timer but the deadline is armed', async () => {
    const { engine, log, time, run } = await house();
    await run(deduct('first', 1));
    log.length = 0;
    const outcome = engine.execute(w, deduct('second', 1));
    await new Promise((resolve) => setImmediate(resolve)); // the turn ends; virtual time stands still
    expect(log.map((call) => call.op)).toEqual(['commit']);
    expect(codes([await time.run(outcome)])).toEqual(['accepted']);
    await time.advance(0);
    expect(time.armed).toBe(0);
  });

  it('carries everything that waited in the next commit, and reads nothing while it writes steadily', async () => {
    const { all, log, available, sound } = await house();
    await all([deduct('warm', 1)]);
    log.length = 0;
    const outcomes = await all(Array.from({ length: 101 }, (_, index) => deduct(`k${index}`, 1)));
    expect(new Set(codes(outcomes))).toEqual(new Set(['accepted']));
    expect(log.map((call) => [call.op, call.ids.length])).toEqual([
      ['commit', 1],
      ['commit', 100],
    ]);
    expect(await available()).toBe(898);
    await sound();
  });

  it('never puts more than its bound of entries into a commit', async () => {
    const { all, log, sound } = await house({ limits: { entriesMax: 10 } });
    await all(Array.from({ length: 35 }, (_, index) => deduct(`k${index}`, 1)));
    const sizes = log.filter((call) => call.op === 'commit').map((call) => call.ids.length);
    expect(Math.max(...sizes)).toBe(10);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(35);
    await sound();
  });

  it('never puts more than its bound of bytes into a commit', async () => {
    const { all, log, sound } = await house({ limits: { entriesBytesMax: 20_000 } });
    const big = (key: string) => deduct(key, 1, { params: { text: 'é'.repeat(1_000) } });
    await all(Array.from({ length: 20 }, (_, index) => big(`k${index}`)));
    const sizes = log.filter((call) => call.op === 'commit').map((call) => call.ids.length);
    expect(Math.max(...sizes)).toBeLessThan(8);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(20);
    await sound();
  });

  it('answers unknownWallet for a wallet that is not there', async () => {
    const { engine, time } = await house();
    expect(await time.run(engine.execute('nobody', deduct('k', 1)))).toEqual({ kind: 'unknownWallet' });
    expect(await time.run(engine.wallet('nobody'))).toBeNull();
  });
});

describe('codes 6 and 9', () => {
  it('alike read the wallet and the keys in one find, replay what is found and re-decide the rest', async () => {
    const { run, all, memory, time, log, available, sound } = await house();
    await run(deduct('warm', 1));
    await elsewhere(memory, [deduct('k3', 1)], time.now());
    log.length = 0;
    const outcomes = await all(Array.from({ length: 8 }, (_, index) => deduct(`k${index}`, 1)));
    expect(codes(outcomes)).toEqual(['accepted', 'accepted', 'accepted', 'replayed', ...Array(4).fill('accepted')]);
    expect(log.filter((call) => call.op === 'find').length).toBeLessThanOrEqual(2);
    expect(await available()).toBe(1_000 - 1 - 8);
    await sound();
  });

  it('one repeated key in a flush of 256 costs one failed commit and one find; the rest lands at once, without backoff', async () => {
    const { run, memory, time, log, engineOf, sound } = await house();
    // The repeat is known to the store and not to the engine, which holds the current version.
    await elsewhere(memory, [deduct('again', 1)], time.now());
    await run(deduct('warm', 1));
    log.length = 0;
    const commands = Array.from({ length: 255 }, (_, index) => deduct(`k${index}`, 1));
    const start = time.now();
    const engine = engineOf(2);
    await time.run(engine.execute(w, deduct('warm-2', 1)));
    await time.advance(0);
    log.length = 0;
    const first = engine.execute(w, deduct('first', 1));
    const rest = [...commands.slice(0, 100), deduct('again', 1), ...commands.slice(100)].map((command) =>
      engine.execute(w, command),
    );
    const outcomes = await time.run(Promise.all([first, ...rest]));
    expect(codes(outcomes).filter((code) => code === 'accepted')).toHaveLength(256);
    expect(codes(outcomes).filter((code) => code === 'replayed')).toHaveLength(1);
    expect(log.map((call) => [call.op, call.ids.length])).toEqual([
      ['commit', 1],
      ['commit', 256],
      ['load', 1],
      ['find', 256],
      ['commit', 255],
    ]);
    expect(time.now()).toBe(start);
    await sound();
  });

  it('a key that this process wrote itself is replayed without any call', async () => {
    const { run, log } = await house();
    const first = await run(deduct('k', 1));
    log.length = 0;
    const second = await run(deduct('k', 1));
    expect(codes([first, second])).toEqual(['accepted', 'replayed']);
    expect(second).toMatchObject({ answer: { entry: (first as { answer: { entry: unknown } }).answer.entry } });
    expect(log).toEqual([]);
  });

  it('a silent retry that collides with itself is a replay, charged once', async () => {
    const { run, available, sound } = await house({ plan: script('commit', [{ kind: 'silentRetry' }]) });
    expect(codes([await run(deduct('k', 5))])).toEqual(['replayed']);
    expect(await available()).toBe(995);
    await sound();
  });

  it('without end are answered CONTENTION after a bounded number of rounds, and the wallet is as it was', async () => {
    const plan: FaultPlan = (call) => (call.op === 'commit' ? { kind: 'conflict' } : { kind: 'none' });
    const { run, log, available } = await house({ plan, limits: { attemptsMax: 5, deadlineMs: 60_000 } });
    const outcome = await run(deduct('k', 1));
    expect(codes([outcome])).toEqual(['CONTENTION']);
    expect((outcome as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(0);
    expect(log.filter((call) => call.op === 'commit')).toHaveLength(5);
    expect(await available()).toBe(1_000);
  });
});

describe('duplicate keys in one flush', () => {
  it('are folded: one charge, the others get the answer as a replay', async () => {
    const { all, log, available, sound } = await house();
    const outcomes = await all([deduct('x', 1), deduct('k', 5), deduct('k', 5), deduct('k', 5)]);
    expect(codes(outcomes)).toEqual(['accepted', 'accepted', 'replayed', 'replayed']);
    expect(log.filter((call) => call.op === 'commit').map((call) => call.ids.length)).toEqual([1, 1]);
    expect(await available()).toBe(994);
    await sound();
  });

  it('with another fingerprint get DUPLICATE_OPERATION', async () => {
    const { all, available } = await house();
    expect(codes(await all([deduct('x', 1), deduct('k', 5), deduct('k', 6)]))).toEqual([
      'accepted',
      'accepted',
      'DUPLICATE_OPERATION',
    ]);
    expect(await available()).toBe(994);
  });

  it('of two ends of one hold exactly one wins', async () => {
    const { run, all, wallet, sound } = await house();
    await run(reserve('r', 5));
    const holdId = keyId(w, 'reserve', 'r');
    const outcomes = await all([deduct('x', 1), settle('s', holdId, 3), release('l', holdId), settle('s', holdId, 3)]);
    expect(codes(outcomes)).toEqual(['accepted', 'accepted', 'HOLD_CLOSED', 'replayed']);
    expect((await wallet()).totals.consumed).toBe(4);
    await sound();
  });

  it('of a hold that has run out meet neither its expiry nor its end twice in one commit', async () => {
    // Another process remembers nothing of the reserve: it takes the repeat for a new one until its commit fails, and the
    // hold, which time has just ended in this flush, seems open again. Its end must not be written a second time.
    const plan = script('commit', [{ kind: 'none' }, { kind: 'conflict' }]);
    const { run, all, engineOf, time, available, sound } = await house({ plan });
    const first = reserve('r', 5, { ttlMs: 1_000 });
    await run(first);
    await time.advance(2_000);
    const next = reserve('r2', 5, { supersedes: keyId(w, 'reserve', 'r') });
    const outcomes = await all([deduct('d', 1), { ...first }, next], engineOf(2));
    expect(codes(outcomes)).toEqual(['accepted', 'replayed', 'accepted']);
    expect(await available()).toBe(994);
    await sound();
  });

  it('are all answered when the commit fails, and charged once', async () => {
    const { all, available, sound } = await house({ plan: script('commit', [{ kind: 'none' }, { kind: 'lost' }]) });
    const outcomes = await all([deduct('x', 1), deduct('k', 5), deduct('k', 5)]);
    expect(codes(outcomes)).toEqual(['accepted', 'accepted', 'replayed']);
    expect(await available()).toBe(994);
    await sound();
  });

  it('a replayed reserve says how its hold stands now, also when another process ended it', async () => {
    const { run, memory, time } = await house();
    const holdId = keyId(w, 'reserve', 'r');
    await run(reserve('r', 5));
    expect(await run(reserve('r', 5))).toMatchObject({ answer: { replayed: true, holdState: 'open' } });
    await elsewhere(memory, [settle('s', holdId, 2)], time.now());
    expect(await run(reserve('r', 5))).toMatchObject({
      answer: { replayed: true, holdState: 'settled', settledCredits: 2 },
    });
  });
});
