import { describe, expect, it } from '@jest/globals';
import { closedLoop, median, openLoop, quantileOf, ratios, windowOf } from './measure.ts';

const { signal } = new AbortController();
const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('quantileOf', () => {
  it.each([
    ['the middle of a hundred', hundred, 0.5, 51],
    ['all but one of a hundred', hundred, 0.99, 100],
    ['the largest', [3, 1, 2], 1, 3],
    ['the smallest', [3, 1, 2], 0, 1],
    ['the only one', [7], 0.99, 7],
    ['none', [], 0.5, Number.NaN],
  ])('finds %s, whatever their order', (_what, samples, share, expected) => {
    expect(quantileOf(samples, share)).toBe(expected);
  });
});

describe('median', () => {
  it.each([
    [[5], 5],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[], Number.NaN],
  ])('of %j is %p', (samples, expected) => {
    expect(median(samples)).toBe(expected);
  });
});

describe('ratios', () => {
  it('compares each round with the same round of the other, and says where there is none', () => {
    expect(ratios([6, 9, 8], [2, 3], (value) => value)).toEqual([3, 3, Number.NaN]);
  });
});

describe('windowOf', () => {
  it('counts entries, not operations, where an operation writes many', () => {
    const load = { latenciesMs: [30, 10, 20, 40], seconds: 2 };
    const cpu = { user: 6_000, system: 2_000 };
    expect(windowOf(load, cpu, 8)).toEqual({ perSecond: 16, p50Ms: 30, p99Ms: 40, cpuMs: 0.25 });
  });
});

describe('closedLoop', () => {
  it('keeps as many calls in flight as it has callers, for its time, and counts none of its lead-in', async () => {
    const clock = { ms: 0 };
    let inFlight = 0;
    const seen = new Set<number>();
    let sent = 0;
    let sentBefore = 0;
    const operation = async () => {
      sent += 1;
      seen.add(++inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      clock.ms += 10;
      inFlight -= 1;
    };
    const onStart = () => (sentBefore = sent);
    const options = { leadInSeconds: 0.05, onStart, now: () => clock.ms };
    const load = await closedLoop(1, 0.1, operation, signal, options);
    expect({ load, sent, sentBefore }).toEqual({
      load: { latenciesMs: Array.from({ length: 10 }, () => 10), seconds: 0.1 },
      sent: 15,
      sentBefore: 5,
    });
    clock.ms = 0;
    await closedLoop(7, 0.1, operation, signal, { now: () => clock.ms });
    expect(Math.max(...seen)).toBe(7);
  });

  it('throws what an operation throws', async () => {
    const failing = closedLoop(2, 60, () => Promise.reject(new Error('no such wallet')), signal);
    await expect(failing).rejects.toThrow('no such wallet');
  });
});

describe('openLoop', () => {
  it('begins every call in its time, though none of those before has ended', async () => {
    const { promise: all, resolve } = Promise.withResolvers<undefined>();
    let begun = 0;
    const operation = () => {
      if (++begun === 20) resolve(undefined);
      return all;
    };
    const load = await openLoop(1_000, 0.02, operation, signal);
    expect(load.latenciesMs).toHaveLength(20);
  });
});
