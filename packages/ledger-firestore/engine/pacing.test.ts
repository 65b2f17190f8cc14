// How soon a wallet's next commit may follow its last.
import { describe, expect, it } from '@jest/globals';
import { VirtualTime } from '../testing/virtual-time.ts';
import { defaultLimits } from './limits.ts';
import { Pacing } from './pacing.ts';

const tripMs = 30;

function pacing(random: () => number = () => 0) {
  const time = new VirtualTime();
  const pace = new Pacing(defaultLimits, time.elapsedMs, random);
  /** A commit that is sent now; resolves when it is answered. */
  const commit = async (isTaken = true) => {
    await time.advance(tripMs);
    if (isTaken) pace.landed(tripMs);
    else pace.contended();
  };
  /** The document takes a commit, refuses the next, and takes the one that is sent so long after the first answer. */
  const learn = async (restMs: number) => {
    await commit();
    await commit(false);
    await time.advance(restMs - tripMs);
    await commit();
  };
  return { time, pace, commit, learn };
}

describe('pacing', () => {
  it('lets a wallet at peace commit at once, however often', async () => {
    const { pace, commit } = pacing();
    expect(pace.waitMs()).toBe(0);
    await commit();
    await commit();
    expect(pace.waitMs()).toBe(0);
  });

  it.each([
    { afterMs: 200, restMs: 200 },
    { afterMs: 970, restMs: 970 },
    { afterMs: 1_700, restMs: 1_000 },
  ])('rests as long as the document needed: $afterMs ms, at most 1 s', async ({ afterMs, restMs }) => {
    const { pace, learn } = pacing();
    await learn(afterMs);
    expect(pace.gapMs).toBe(restMs);
    expect(pace.waitMs()).toBe(restMs);
  });

  it('counts the time that passes anyhow, so a wallet long idle waits for nothing', async () => {
    const { time, pace, learn } = pacing();
    await learn(500);
    await time.advance(400);
    expect(pace.waitMs()).toBe(100);
    await time.advance(60_000);
    expect(pace.waitMs()).toBe(0);
  });

  it('learns of a wallet that had been idle only how long it was refused', async () => {
    const { time, pace, commit } = pacing();
    await commit();
    await time.advance(60_000);
    await commit(false);
    await time.advance(10);
    await commit();
    expect(pace.gapMs).toBe(10);
  });

  it('shortens the rest with each commit that is taken at once, faster and faster, down to none', async () => {
    const { time, pace, commit, learn } = pacing();
    await learn(1_000);
    const rests: number[] = [];
    while (pace.gapMs > 0) {
      await time.advance(pace.waitMs());
      await commit();
      rests.push(Math.round(pace.gapMs));
    }
    expect(rests.slice(0, 5)).toEqual([980, 941, 884, 814, 732]);
    expect(rests.length).toBeLessThanOrEqual(25);
    expect(pace.waitMs()).toBe(0);
  });

  it('tries again soon what was refused: from 5 ms doubled to 100 ms, later an eighth of the time that it took, to 1 s', async () => {
    const { time, pace, commit } = pacing();
    const waits: number[] = [];
    while (waits.length < 40) {
      await commit(false);
      waits.push(pace.waitMs());
      await time.advance(pace.waitMs());
    }
    expect(waits.slice(0, 8)).toEqual([5, 10, 20, 40, 80, 100, 100, 100]);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.at(-1)).toBe(1_000);
  });

  it('jitters every wait downwards: retries by half, rests by 4 %', async () => {
    const { pace, commit, learn } = pacing(() => 0.999);
    await learn(1_000);
    expect(pace.waitMs()).toBe(961);
    for (let count = 0; count < 6; count++) await commit(false);
    expect(pace.waitMs()).toBe(51);
  });

  it('takes turns with another process: after its commit a bit early, after the own one a bit late', async () => {
    const { time, pace, commit, learn } = pacing();
    await learn(1_000);
    await time.advance(970);
    await commit(false); // the slot was the other's
    await time.advance(10);
    pace.moved(); // so its commit came between the refusal and now
    await commit(false);
    expect(pace.gapMs).toBe(1_000);
    expect(pace.waitMs()).toBe(900 - tripMs - 5);
    await time.advance(pace.waitMs());
    await commit();
    expect(pace.waitMs()).toBe(Math.ceil(1.1 * pace.gapMs));
  });

  it('cares about moves of others only where it was refused: elsewhere turns.ts does', async () => {
    const { pace, commit } = pacing();
    await commit();
    pace.moved();
    await commit();
    expect(pace.waitMs()).toBe(0);
  });

  it('backs off in an outage by doubling, full jitter, and is over it with the first commit that lands', async () => {
    const { pace, commit, learn } = pacing(() => 0.999);
    await learn(20 + tripMs);
    const gaps = Array.from({ length: 9 }, () => {
      pace.outage();
      return pace.gapMs;
    });
    expect(gaps).toEqual([50, 50, 50, 50, 80, 160, 320, 640, 1_000]);
    expect(pace.waitMs()).toBe(999);
    await commit();
    expect(pace.gapMs).toBe(49); // what the document had to do with it
  });
});
