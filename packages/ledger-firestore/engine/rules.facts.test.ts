// The rules of facts (README.md, The rules 9): what a command needs beside the wallet and its entries.
import { describe, expect, it } from '@jest/globals';
import { chargeFactId, keyId } from '@reelbanana/ledger';
import { script } from '../stores/faulty.ts';
import { entryBytes, factBytes } from '../size.ts';
import { deduct, grant, pay, refund } from '../testing/commands.ts';
import { codes, elsewhere, house, w } from '../testing/house.ts';

const chargeOf = (key: string) => keyId(w, 'deduct', key);

/** A house with a charge of 10 credits, `d`. */
async function charged(options: Parameters<typeof house>[0] = {}) {
  const its = await house(options);
  await its.run(deduct('d', 10));
  its.log.length = 0;
  const refunded = async () => (await its.memory.facts(w, [chargeFactId(chargeOf('d'))])).values().next().value;
  return { ...its, refunded };
}

describe('a command that needs facts', () => {
  it('is accepted in one round: its entries, its facts, the commit', async () => {
    const { run, ops, available, refunded, sound } = await charged();
    expect(codes([await run(refund('r', chargeOf('d'), 4))])).toEqual(['accepted']);
    expect(ops()).toEqual(['find', 'find', 'facts', 'commit']); // the charge names the grant that paid it
    expect(await refunded()).toMatchObject({ kind: 'charge', refunded: 4 });
    expect(await available()).toBe(994);
    await sound();
  });

  it('reads no fact again that is known at the version that stands, and any once that has moved', async () => {
    const { run, memory, time, ops, sound } = await charged();
    await run(refund('r1', chargeOf('d'), 4));
    await run(deduct('other', 1));
    ops();
    expect(codes([await run(refund('r2', chargeOf('d'), 4))])).toEqual(['accepted']);
    expect(ops()).not.toContain('facts');
    await elsewhere(memory, [refund('r3', chargeOf('d'), 2)], time.now());
    expect(codes([await run(refund('r4', chargeOf('d'), 1))])).toEqual(['REFUND_EXCEEDS_CHARGE']);
    expect(ops()).toContain('facts');
    await sound();
  });

  it('meets in one flush what those before it have made of a fact: never more than was charged', async () => {
    const { all, available, refunded, log, sound } = await charged();
    const outcomes = await all([
      deduct('x', 1),
      refund('r1', chargeOf('d'), 4),
      refund('r2', chargeOf('d'), 4),
      refund('r3', chargeOf('d'), 4),
      refund('r4', chargeOf('d')),
      deduct('y', 1),
    ]);
    const [four, rest] = ['REFUND_EXCEEDS_CHARGE', 'accepted'];
    expect(codes(outcomes)).toEqual(['accepted', 'accepted', 'accepted', four, rest, 'accepted']);
    // One that is refused never poisons its batch.
    expect(log.filter(({ op }) => op === 'commit').map(({ ids }) => ids.length)).toEqual([1, 4]);
    expect(await refunded()).toMatchObject({ refunded: 10 });
    expect(await available()).toBe(998);
    await sound();
  });

  it('is decided again on what the fact is after a conflict', async () => {
    const { run, memory, time, weather, available, sound } = await charged();
    const facts = weather.facts.bind(weather);
    weather.facts = async (...asked) => {
      weather.facts = facts;
      const read = await facts(...asked);
      await elsewhere(memory, [refund('theirs', chargeOf('d'), 8)], time.now());
      return read;
    };
    expect(codes([await run(refund('ours', chargeOf('d'), 4))])).toEqual(['REFUND_EXCEEDS_CHARGE']);
    expect(await available()).toBe(998);
    await sound();
  });

  it('whose answer is lost is a replay: the fact has moved once', async () => {
    const { run, refunded, sound } = await charged({
      plan: script('commit', [{ kind: 'none' }, { kind: 'lostAnswer' }]),
    });
    expect(codes([await run(refund('r', chargeOf('d'), 4))])).toEqual(['replayed']);
    expect(await refunded()).toMatchObject({ refunded: 4 });
    await sound();
  });

  it('whose commit fails leaves no fact behind, neither stored nor remembered', async () => {
    const { run, refunded, sound } = await charged({
      plan: script('commit', [{ kind: 'none' }, { kind: 'conflict' }]),
    });
    expect(codes([await run(refund('r', chargeOf('d')))])).toEqual(['accepted']);
    expect(await refunded()).toMatchObject({ refunded: 10 });
    await sound();
  });

  it('is never refused for its own effect: the facts are read before the keys', async () => {
    const { run, memory, time, weather, sound } = await house();
    await run(deduct('warm', 1));
    // The charge is made elsewhere when the refusal is verified, and refunded under our key while that reads.
    const [load, facts] = [weather.load.bind(weather), weather.facts.bind(weather)];
    weather.load = async (...asked) => {
      await elsewhere(memory, [deduct('d', 10)], time.now());
      weather.load = load;
      weather.facts = async (...named) => {
        weather.facts = facts;
        await elsewhere(memory, [refund('r', chargeOf('d'))], time.now());
        return facts(...named);
      };
      return load(...asked);
    };
    expect(codes([await run(refund('r', chargeOf('d')))])).toEqual(['replayed']);
    await sound();
  });

  it('is never UNAVAILABLE for good: facts that cannot be read are an outage like any other', async () => {
    const { run, sound } = await charged({ plan: script('facts', [{ kind: 'unavailable' }, { kind: 'unavailable' }]) });
    expect(codes([await run(refund('r', chargeOf('d')))])).toEqual(['accepted']);
    await sound();
  });

  it('and finds no difference is done, and writes nothing', async () => {
    const { run, memory, ops, sound } = await house();
    expect(codes([await run(pay('p1', 'payment', 5))])).toEqual(['accepted']);
    expect(codes([await run(pay('p2', 'payment', 5))])).toEqual(['done']);
    const entries = memory.entries(w).length;
    ops();
    expect(codes([await run(pay('p1', 'payment', 5))])).toEqual(['replayed']);
    expect(memory.entries(w)).toHaveLength(entries);
    await sound();
  });

  it('of events in any order, on two processes at once, leaves what the last one said', async () => {
    const { time, engine, engineOf, available, sound } = await house({ credits: 0 });
    const other = engineOf(2);
    const told = [pay('e1', 'payment', 20), pay('e2', 'payment', 20, 5), pay('e3', 'payment', 20, 5)].flatMap(
      (event) => [engine.execute(w, event), other.execute(w, event)],
    );
    await time.run(Promise.all(told));
    await time.run(other.execute(w, pay('e4', 'payment', 20, 20)));
    expect(await available()).toBe(0);
    await sound();
  });
});

describe('limits of a commit', () => {
  it('count the bytes of facts: what fits to the byte is one commit, with a byte less it is two', async () => {
    const refunds = ['a', 'b', 'c'].map((key) => refund(`r-${key}`, chargeOf(key)));
    const commits = async (entriesBytesMax?: number) => {
      const its = await house(entriesBytesMax === undefined ? {} : { limits: { entriesBytesMax } });
      for (const key of ['a', 'b', 'c', 'd']) await its.run(deduct(key, 1));
      its.commits.length = 0;
      const first = its.engine.execute(w, grant('busy', 1));
      const rest = refunds.map((command) => its.engine.execute(w, command));
      expect(new Set(codes(await its.time.run(Promise.all([first, ...rest]))))).toEqual(new Set(['accepted']));
      await its.sound();
      return its.commits.slice(1);
    };
    const [one] = await commits();
    const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
    const bytes = sum(one!.entries.map(entryBytes)) + sum([...one!.facts!.values()].map(factBytes));
    expect((await commits(bytes)).map(({ entries }) => entries.length)).toEqual([3]);
    expect((await commits(bytes - 1)).map(({ entries }) => entries.length)).toEqual([2, 1]);
  });

  it('count every entry of a command: a payment that comes with its loss is two', async () => {
    const sizes = async (entriesMax: number) => {
      const { time, engine, commits, sound } = await house({ limits: { entriesMax } });
      const commands = [deduct('busy', 1), pay('a', 'a', 9, 4), pay('b', 'b', 9, 4)];
      await time.run(Promise.all(commands.map((command) => engine.execute(w, command))));
      await sound();
      return commits.map(({ entries }) => entries.length);
    };
    expect(await sizes(4)).toEqual([1, 4]);
    expect(await sizes(3)).toEqual([1, 2, 2]);
  });
});
