// The rules of refusals (README.md, The rules 2 and 4): when a definite no may be said.
import { describe, expect, it } from '@jest/globals';
import { keyId } from '@reelbanana/ledger';
import { UnknownOutcome } from '../port.ts';
import { script, type Fault, type FaultPlan } from '../stores/faulty.ts';
import { deduct, grant, release, reserve, settle } from '../testing/commands.ts';
import { codes, elsewhere, house, w } from '../testing/house.ts';

describe('a definite refusal', () => {
  it('is answered only after reading the wallet and then the keys', async () => {
    const { run, ops, log } = await house({ credits: 5 });
    await run(deduct('first', 1));
    log.length = 0;
    expect(codes([await run(deduct('k', 100))])).toEqual(['INSUFFICIENT_CREDITS']);
    expect(log.at(-1)).toEqual({ op: 'find', ids: [keyId(w, 'deduct', 'k')] });
    expect(ops()).toEqual(['load', 'find']);
  });

  it('is not answered when the key turns out to be charged elsewhere: it is replayed', async () => {
    const { run, memory, time, available, sound } = await house({ credits: 10 });
    await run(deduct('first', 1));
    await elsewhere(memory, [deduct('k', 9)], time.now());
    expect(codes([await run(deduct('k', 9))])).toEqual(['replayed']);
    expect(await available()).toBe(0);
    await sound();
  });

  it('is not answered from a remembered wallet that other processes have filled since', async () => {
    const { run, memory, time, sound } = await house({ credits: 10 });
    await run(deduct('first', 10));
    await elsewhere(memory, [grant('more', 50)], time.now());
    expect(codes([await run(deduct('k', 50))])).toEqual(['accepted']);
    await sound();
  });

  it('of any kind reads first: unknown holds, closed holds, foreign holds', async () => {
    const { run, log, memory, time } = await house();
    await run(deduct('first', 1));
    const holdId = keyId(w, 'reserve', 'r');
    await elsewhere(memory, [reserve('r', 5), settle('s', holdId, 2)], time.now());
    for (const [command, code] of [
      [settle('x', 'f'.repeat(32)), 'HOLD_NOT_FOUND'],
      [release('y', holdId), 'HOLD_CLOSED'],
      [settle('s', holdId, 3), 'DUPLICATE_OPERATION'],
    ] as const) {
      log.length = 0;
      expect(codes([await run(command)])).toEqual([code]);
      expect(log.map((call) => call.op)).toEqual(['load', 'find']);
    }
  });

  it('never poisons its batch: what can be paid is accepted in one commit', async () => {
    const { all, log, available, sound } = await house({ credits: 100 });
    await all([deduct('warm', 1)]);
    log.length = 0;
    const outcomes = await all([
      deduct('a', 1),
      deduct('b', 10),
      deduct('c', 5_000),
      deduct('d', 10),
      settle('e', 'nohold'),
    ]);
    expect(codes(outcomes)).toEqual(['accepted', 'accepted', 'INSUFFICIENT_CREDITS', 'accepted', 'HOLD_NOT_FOUND']);
    expect(log.filter((call) => call.op === 'commit')).toHaveLength(2);
    expect(await available()).toBe(78);
    await sound();
  });

  it('that rested on a commit which failed is decided again', async () => {
    const { all, available, sound } = await house({ credits: 10, plan: script('commit', [{ kind: 'conflict' }]) });
    const outcomes = await all([deduct('a', 8), deduct('b', 8)]);
    expect(codes(outcomes)).toEqual(['accepted', 'INSUFFICIENT_CREDITS']);
    expect(await available()).toBe(2);
    await sound();
  });

  it('a supersede of a hold that another process released goes on, and of one that it settled is refused', async () => {
    const { run, memory, time, sound } = await house();
    await run(deduct('first', 1));
    const [released, settled] = [keyId(w, 'reserve', 'r1'), keyId(w, 'reserve', 'r2')];
    const others = [reserve('r1', 5), reserve('r2', 5), release('x', released), settle('y', settled)];
    await elsewhere(memory, others, time.now());
    expect(codes([await run(reserve('r3', 5, { supersedes: released }))])).toEqual(['accepted']);
    expect(await run(reserve('r4', 5, { supersedes: settled }))).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'HOLD_CLOSED', data: { state: 'settled', credits: 5 } },
    });
    await sound();
  });

  it('a supersede is not refused for credits that are being released while its keys are read', async () => {
    const { run, memory, weather, time, sound } = await house({ credits: 10 });
    await run(deduct('warm', 0));
    const holdId = keyId(w, 'reserve', 'r1');
    await elsewhere(memory, [reserve('r1', 10)], time.now());
    const find = weather.find.bind(weather);
    weather.find = async (walletId, ids, deadlineMs) => {
      weather.find = find;
      await elsewhere(memory, [release('x', holdId)], time.now());
      return find(walletId, ids, deadlineMs);
    };
    expect(codes([await run(reserve('r2', 10, { supersedes: holdId }))])).toEqual(['accepted']);
    await sound();
  });

  it('a supersede of a hold that has expired is for its account alone, whatever of it is remembered', async () => {
    const { run, memory, time, sound } = await house();
    const other = { kind: 'service', pseudonym: 'b'.repeat(32) } as const;
    const holdId = keyId(w, 'reserve', 'r1');
    await elsewhere(memory, [reserve('r1', 5, { ttlMs: 1_000 })], time.now());
    await time.advance(1_000);
    await run({ type: 'tick' }); // the end is known from now on, the reserve is not
    expect(codes([await run(reserve('r2', 5, { supersedes: holdId, actor: other }))])).toEqual(['FORBIDDEN']);
    expect(codes([await run(reserve('r3', 5, { supersedes: holdId }))])).toEqual(['accepted']);
    await sound();
  });

  it('is not answered once the same key was charged beside it: it is replayed', async () => {
    const { run, engine, weather, available, sound } = await house({ credits: 5 });
    await run(deduct('warm', 0));
    // While the keys of a repeat are read, which 5 credits cannot pay, credits arrive and its first try is charged.
    const find = weather.find.bind(weather);
    weather.find = async (walletId, ids, deadlineMs) => {
      weather.find = find;
      const found = await find(walletId, ids, deadlineMs);
      const others = [engine.execute(w, grant('more', 100)), engine.execute(w, deduct('k', 50))];
      expect(codes(await Promise.all(others))).toEqual(['accepted', 'accepted']);
      return found;
    };
    expect(codes([await run(deduct('k', 50))])).toEqual(['replayed']);
    expect(await available()).toBe(55);
    await sound();
  });
});

describe('an unknown outcome', () => {
  it('whose commit landed is a replay, charged once', async () => {
    const { run, available, sound } = await house({ plan: script('commit', [{ kind: 'lostAnswer' }]) });
    expect(codes([await run(deduct('k', 5))])).toEqual(['replayed']);
    expect(await available()).toBe(995);
    await sound();
  });

  it('with the key absent and the version unchanged commits again under the same version: only one can land', async () => {
    const { run, weather, available, sound } = await house({ plan: script('commit', [{ kind: 'heldBack' }]) });
    expect(codes([await run(deduct('k', 5))])).toEqual(['accepted']);
    await weather.landHeldBack();
    expect(await available()).toBe(995);
    await sound();
  });

  it('whose commit lands between the read and the second commit is a replay, charged once', async () => {
    const { run, available, sound } = await house({
      plan: script('commit', [
        { kind: 'heldBack', ms: 7 },
        { kind: 'delay', ms: 20 },
      ]),
    });
    expect(codes([await run(deduct('k', 5))])).toEqual(['replayed']);
    expect(await available()).toBe(995);
    await sound();
  });

  it('is never followed by a refusal until the version has moved: so time is written down first, and then it is refused', async () => {
    // The hold is settled, the answer is lost, the commit is held back; then the hold runs out. At the unchanged version
    // a settle would now be HOLD_EXPIRED, and the held back commit could still charge.
    const holdId = keyId(w, 'reserve', 'r');
    const commits: Fault[] = [{ kind: 'none' }, { kind: 'heldBack' }];
    const down: { now: boolean } = { now: false };
    const plan: FaultPlan = (call) => {
      if (call.op === 'commit' && commits.length > 0) return commits.shift()!;
      return down.now ? { kind: 'unavailable' } : { kind: 'none' };
    };
    const { run, engine, time, weather, memory, wallet, sound } = await house({ plan });
    await run(reserve('r', 5, { ttlMs: 1_000 }));
    down.now = true;
    const lost = await time.run(engine.execute(w, settle('s', holdId), { deadlineMs: 500 }));
    expect(codes([lost])).toEqual(['UNAVAILABLE']);
    await time.advance(20_000);
    down.now = false;
    const askedAt = time.now();
    expect(codes([await run(settle('s', holdId))])).toEqual(['HOLD_EXPIRED']);
    expect(time.now() - askedAt).toBeLessThan(1_000);
    expect(memory.entries(w).at(-1)).toMatchObject({ type: 'expireHold' });
    await weather.landHeldBack();
    expect((await wallet()).totals.consumed).toBe(0);
    expect(codes([await run(settle('s', holdId))])).toEqual(['HOLD_EXPIRED']);
    await sound();
  });

  it('whose commit lands before time is written down is a replay, charged once', async () => {
    const holdId = keyId(w, 'reserve', 'r');
    const commits: Fault[] = [{ kind: 'none' }, { kind: 'heldBack' }];
    const { run, time, weather, wallet, sound } = await house({ plan: script('commit', commits) });
    await run(reserve('r', 5, { ttlMs: 1_000 }));
    expect(codes([await run(settle('s', holdId), { deadlineMs: 0 })])).toEqual(['UNAVAILABLE']);
    await time.advance(20_000);
    const commit = weather.commit.bind(weather);
    weather.commit = async (...asked) => {
      weather.commit = commit;
      await weather.landHeldBack(); // in front of the tick
      return commit(...asked);
    };
    expect(codes([await run(settle('s', holdId))])).toEqual(['replayed']);
    expect((await wallet()).totals.consumed).toBe(5);
    await sound();
  });

  it('keeps its command without a verdict while time cannot be written down either', async () => {
    const plan: FaultPlan = (call) => (call.op === 'commit' && down.now ? { kind: 'unavailable' } : { kind: 'none' });
    const down = { now: false };
    const { run, time, weather, sound } = await house({ plan });
    const holdId = keyId(w, 'reserve', 'r');
    await run(reserve('r', 5, { ttlMs: 1_000 }));
    const commit = weather.commit.bind(weather);
    weather.commit = async () => {
      weather.commit = commit;
      throw new UnknownOutcome('lost', false);
    };
    expect(codes([await run(settle('s', holdId), { deadlineMs: 0 })])).toEqual(['UNAVAILABLE']);
    down.now = true;
    await time.advance(60_000);
    expect(codes([await run(settle('s', holdId), { deadlineMs: 3_000 })])).toEqual(['UNAVAILABLE']);
    await sound();
  });

  it('of more entries than are remembered refuses nobody until the version has moved', async () => {
    const plan: FaultPlan = (call) => (call.op === 'commit' ? { kind: 'lost' } : { kind: 'none' });
    const { run, memory, time } = await house({ plan, limits: { ghostEntriesMax: 3 } });
    for (const key of ['a', 'b', 'c', 'd']) await run(deduct(key, 1), { deadlineMs: 100 });
    expect(codes([await run(deduct('e', 5_000))])).toEqual(['UNAVAILABLE']);
    await elsewhere(memory, [deduct('other', 1)], time.now());
    expect(codes([await run(deduct('e', 5_000))])).toEqual(['INSUFFICIENT_CREDITS']);
  });

  it('can land no more after 15 minutes: then it keeps nobody from a refusal, though the wallet has not moved', async () => {
    const plan: FaultPlan = (call) => (call.op === 'commit' ? { kind: 'lost' } : { kind: 'none' });
    const { run, time } = await house({ plan, limits: { ghostEntriesMax: 0 } });
    await run(deduct('a', 1), { deadlineMs: 0 });
    await time.advance(14 * 60_000);
    expect(codes([await run(deduct('e', 5_000))])).toEqual(['UNAVAILABLE']);
    await time.advance(60_000);
    expect(codes([await run(deduct('e', 5_000))])).toEqual(['INSUFFICIENT_CREDITS']);
  });

  it('is refused once the version has moved without it', async () => {
    const holdId = keyId(w, 'reserve', 'r');
    const commits: Fault[] = [{ kind: 'none' }, { kind: 'heldBack' }];
    const { run, time, weather, memory, wallet, sound } = await house({ plan: script('commit', commits) });
    await run(reserve('r', 5, { ttlMs: 1_000 }));
    const settled = run(settle('s', holdId), { deadlineMs: 0 });
    expect(codes([await settled])).toEqual(['UNAVAILABLE']);
    await time.advance(2_000);
    await elsewhere(memory, [deduct('other', 1)], time.now());
    expect(codes([await run(settle('s', holdId))])).toEqual(['HOLD_EXPIRED']);
    await weather.landHeldBack();
    expect((await wallet()).totals.consumed).toBe(1);
    await sound();
  });
});
