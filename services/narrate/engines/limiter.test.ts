// So many at once, in the order of their coming.
import { describe, expect, it } from '@jest/globals';
import { createLimiter } from './limiter.ts';

const forever = new AbortController().signal;
const soon = () => new Promise((done) => setImmediate(done));

function gates(count: number) {
  const all = Array.from({ length: count }, () => Promise.withResolvers<number>());
  const started: number[] = [];
  return { all, started, work: (i: number) => () => (started.push(i), all[i]!.promise) };
}

describe('a limiter', () => {
  it('lets so many run and the others wait their turn', async () => {
    const limited = createLimiter(2);
    const { all, started, work } = gates(4);
    const results = [0, 1, 2, 3].map((i) => limited(forever, work(i)));
    await soon();
    expect(started).toEqual([0, 1]);
    all[1]!.resolve(10);
    await expect(results[1]).resolves.toBe(10);
    await soon();
    expect(started).toEqual([0, 1, 2]);
    all[0]!.reject(new Error('broken'));
    await expect(results[0]).rejects.toThrow('broken');
    await soon();
    expect(started).toEqual([0, 1, 2, 3]); // a failure frees its place too
    all[2]!.resolve(2);
    all[3]!.resolve(3);
    await expect(Promise.all([results[2], results[3]])).resolves.toEqual([2, 3]);
    await expect(limited(forever, () => Promise.resolve('after'))).resolves.toBe('after');
  });

  it('lets a waiting one leave, and gives nobody its place twice', async () => {
    const limited = createLimiter(1);
    const { all, started, work } = gates(3);
    const impatient = new AbortController();
    const first = limited(forever, work(0));
    const left = limited(impatient.signal, work(1));
    const last = limited(forever, work(2));
    impatient.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    all[0]!.resolve(0);
    await first;
    await soon();
    expect(started).toEqual([0, 2]);
    all[2]!.resolve(2);
    await expect(last).resolves.toBe(2);
  });

  it('starts nothing for a caller that has gone', async () => {
    const { started, work } = gates(1);
    await expect(createLimiter(1)(AbortSignal.abort(new Error('gone')), work(0))).rejects.toThrow('gone');
    expect(started).toEqual([]);
  });
});
