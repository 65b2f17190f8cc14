// How soon a wallet's next commit may follow its last.
import { describe, expect, it } from '@jest/globals';
import { VirtualTime } from '../testing/virtual-time.ts';
import { defaultLimits } from './limits.ts';
import { Pacing } from './pacing.ts';

function pacing(random: () => number = () => 0.999) {
  const time = new VirtualTime();
  return { time, pace: new Pacing(defaultLimits, time.elapsedMs, random) };
}

describe('pacing', () => {
  it('lets a wallet at peace commit at once, however often', () => {
    const { pace } = pacing();
    expect(pace.waitMs()).toBe(0);
    pace.clean();
    expect(pace.waitMs()).toBe(0);
  });

  it('doubles the gap on contention from 5 ms up to 1 s', () => {
    const { pace } = pacing();
    const gaps = Array.from({ length: 10 }, () => {
      pace.contended();
      return pace.gapMs;
    });
    expect(gaps).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1_000, 1_000]);
  });

  it('shrinks the gap by a fixed step with each clean commit, down to none', () => {
    const { pace } = pacing();
    for (let count = 0; count < 3; count++) pace.contended();
    const gaps = Array.from({ length: 5 }, () => {
      pace.clean();
      return pace.gapMs;
    });
    expect(gaps).toEqual([15, 10, 5, 0, 0]);
    expect(pace.waitMs()).toBe(0);
  });

  it('backs off in an outage alike, and is over it with the first commit that lands', () => {
    const { pace } = pacing();
    pace.contended();
    pace.contended();
    const gaps = Array.from({ length: 9 }, () => {
      pace.outage();
      return pace.gapMs;
    });
    expect(gaps).toEqual([10, 10, 20, 40, 80, 160, 320, 640, 1_000]);
    expect(pace.waitMs()).toBe(999);
    pace.clean();
    expect(pace.gapMs).toBe(5); // what other writers had to do with it
  });

  it('draws the wait from the whole gap, and rest counts towards it', async () => {
    const draws = [0, 0.5, 0.999];
    const { pace, time } = pacing(() => draws.shift() ?? 0);
    pace.contended();
    expect(pace.waitMs()).toBe(0);
    pace.contended();
    expect(pace.waitMs()).toBe(5);
    pace.contended();
    expect(pace.waitMs()).toBe(20);
    await time.advance(15);
    expect(pace.waitMs()).toBe(5);
    await time.advance(1_000);
    expect(pace.waitMs()).toBe(0);
  });
});
