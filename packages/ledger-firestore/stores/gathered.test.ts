// Gathered reads: who is asked together, who is not, and that one's trouble is told to the right ones.
import { describe, expect, it } from '@jest/globals';
import type { FoundDocument } from '../firestore/connection.ts';
import { Gathered } from './gathered.ts';

const documentOf = (name: string): FoundDocument => ({ name, fields: {}, updateTime: { seconds: '1', nanos: 0 } });

function reader() {
  const calls: (readonly string[])[] = [];
  const gathered = new Gathered(async (names) => {
    calls.push(names);
    if (names.includes('broken')) throw new Error('no answer');
    return names.filter((name) => name !== 'missing').map(documentOf);
  });
  return { calls, gathered };
}

describe('gathered reads', () => {
  it('of one turn are one call, however many promises lie between them, and each gets its own', async () => {
    const { calls, gathered } = reader();
    const later = async (depth: number): Promise<FoundDocument | undefined> => {
      for (let step = 0; step < depth; step++) await Promise.resolve();
      return gathered.document(`w${depth}`, 10);
    };
    const found = await Promise.all([0, 1, 7, 30].map(later));
    expect(calls).toEqual([['w0', 'w1', 'w7', 'w30']]);
    expect(found.map((document) => document?.name)).toEqual(['w0', 'w1', 'w7', 'w30']);
  });

  it('of the same document are one, and what is not there is undefined', async () => {
    const { calls, gathered } = reader();
    const names = ['w', 'missing', 'w'];
    const found = await Promise.all(names.map((name) => gathered.document(name, 10)));
    expect(found.map((document) => document?.name)).toEqual(['w', undefined, 'w']);
    expect(calls).toEqual([['w', 'missing']]);
  });

  it('of another turn are another call: nothing that was written meanwhile is missed', async () => {
    const { calls, gathered } = reader();
    await gathered.document('w', 10);
    await gathered.document('w', 10);
    expect(calls).toEqual([['w'], ['w']]);
  });

  it('never share a deadline that is not theirs, and 100 are one call, 101 are two', async () => {
    const { calls, gathered } = reader();
    await Promise.all([gathered.document('a', 10), gathered.document('b', 20)]);
    expect(calls.splice(0)).toEqual([['a'], ['b']]);
    for (const [count, sizes] of [[100, [100]] as const, [101, [100, 1]] as const]) {
      await Promise.all(Array.from({ length: count }, (_, index) => gathered.document(`w${index}`, 10)));
      expect(calls.splice(0).map((names) => names.length)).toEqual(sizes);
    }
  });

  it('fail together, and not those of the next turn', async () => {
    const { gathered } = reader();
    const settled = await Promise.allSettled([gathered.document('w', 10), gathered.document('broken', 10)]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await gathered.document('w', 10))?.name).toBe('w');
  });
});
