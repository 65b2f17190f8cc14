// Whose turn it is on a wallet, as one process sees it. How several fare together: fairness.test.ts.
import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.ts';

function turnsOf(random = 0) {
  let now = 0;
  const turns = new Turns(
    () => now,
    () => random,
  );
  const commit = (tookMs: number, restMs = 0) => {
    now += restMs + tookMs;
    turns.landed(tookMs);
  };
  const lose = (tookMs: number) => {
    now += tookMs;
    turns.lost(tookMs);
  };
  return { turns, commit, lose };
}

describe('turns', () => {
  it('one alone gives way to nobody, and stands still for two commits in 128', () => {
    const { turns, commit } = turnsOf();
    for (let count = 0; count < 127; count++) commit(20);
    expect([turns.isWayDue, turns.isStillDue]).toEqual([false, false]);
    commit(20);
    expect([turns.isWayDue, turns.isStillDue, turns.stillMs]).toEqual([false, true, 40]);
    turns.stoodStill(0);
    expect(turns.isStillDue).toBe(false);
  });

  it('a wallet that rests between commits has stood still already', () => {
    const { turns, commit } = turnsOf();
    for (let count = 0; count < 1_000; count++) commit(20, count % 100 === 0 ? 60 : 0);
    expect(turns.isStillDue).toBe(false);
  });

  it('whoever lost once retries at once, whoever lost twice watches, and a commit that lands ends it', () => {
    const { turns, commit, lose } = turnsOf();
    const seen = [() => lose(20), () => lose(20), () => commit(20)].map((act) => {
      act();
      return turns.isLosing;
    });
    expect(seen).toEqual([false, true, false]);
  });

  it('after a loss each own commit gives way, ever more rarely and briefly while nobody comes', () => {
    const { turns, commit, lose } = turnsOf();
    lose(20);
    const commits: number[] = [];
    const patience: number[] = [];
    for (let ways = 0; ways < 8; ways++) {
      let count = 0;
      while (!turns.isWayDue && count < 1_000) {
        commit(20);
        count += 1;
      }
      commits.push(count);
      patience.push(turns.patienceMs);
      turns.gaveWay(0);
    }
    expect(commits).toEqual([1, 2, 4, 8, 16, 32, 64, 1_000]); // forgotten at last
    expect(patience.slice(0, 4)).toEqual([100, 50, 25, 12.5]);
  });

  it('whoever loses in its turn has one rival more, and one less when fewer come', () => {
    const { turns, commit, lose } = turnsOf();
    lose(20);
    commit(20);
    turns.gaveWay(1);
    lose(20);
    expect(turns.others).toBe(2);
    commit(20);
    turns.gaveWay(1);
    expect(turns.others).toBe(1);
    lose(20); // it had not waited for both
    expect(turns.others).toBe(1);
  });

  it('a stall is no measure of turns, and no wait is longer than a second', () => {
    const { turns, commit, lose } = turnsOf(1);
    for (let count = 0; count < 10; count++) commit(20);
    commit(5_000);
    expect(turns.stillMs).toBeLessThan(60);
    for (let count = 0; count < 100; count++) commit(5_000);
    lose(5_000);
    expect([turns.stillMs, turns.patienceMs]).toEqual([1_000, 1_000]);
  });
});
