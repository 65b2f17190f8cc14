// What time decides, in which order, and when a wallet next needs it.
import { describe, expect, it } from '@jest/globals';
import { applyTime, dueAt, parseEntry } from './index.ts';
import { commandOf, expectTable } from './testing/table.ts';
import { newPlayer } from './testing/player.ts';

/** Type and deadline of the entries that a tick at `now` (seconds) writes. */
function ticked(player: ReturnType<typeof newPlayer>, now: number): readonly (readonly [string, number])[] {
  return applyTime(player.wallet, now * 1000).entries.map((entry) => [
    entry.type,
    parseEntry(entry).effectiveAt / 1000,
  ]);
}

describe('time', () => {
  it('applies deadlines in their order, holds first where they tie', () => {
    const player = expectTable(`
      1 | grant g bonus 10 expires=20  | grant   | 10 0 0
      1 | grant h bonus 10 expires=10  | grant   | 20 0 0
      2 | reserve a 12 ttl=18          | reserve | 8 12 0
      2 | reserve b 2 ttl=3            | reserve | 6 14 0
    `);
    // b returns at 5; h has 0 left at 10; a returns at 20, with g, and what it had of h expires with its return.
    expect(ticked(player, 100)).toEqual([
      ['expireHold', 5],
      ['expireHold', 20],
      ['expireGrant', 20],
      ['expireGrant', 20],
    ]);
    expectTable('100 | tick | expireHold expireHold expireGrant expireGrant | 0 0 0', player);
  });

  it('lets credits that return after their expiry expire when they return, and time never runs backwards', () => {
    const player = expectTable(`
      1 | grant g bonus 10 expires=10  | grant   | 10 0 0
      2 | reserve a 4 ttl=30           | reserve | 6 4 0
    `);
    expect(ticked(player, 32)).toEqual([
      ['expireGrant', 10],
      ['expireHold', 32],
      ['expireGrant', 32],
    ]);
    expectTable('40 | deduct z 0 | expireGrant expireHold expireGrant deduct | 0 0 0', player);
  });

  it('is applied before a command that is accepted and written by no other', () => {
    expectTable(`
      1  | grant g bonus 10 expires=10  | grant                                       | 10 0 0
      11 | deduct a 1                   | INSUFFICIENT_CREDITS required=1 available=0 | 0 0 0
      12 | deduct a 0                   | expireGrant deduct                          | 0 0 0
    `);
  });

  it('writes nothing when nothing is due', () => {
    const player = expectTable(`
      1  | tick                         | -     | 0 0 0
      2  | grant g bonus 10 expires=10  | grant | 10 0 0
      9.999 | tick                      | -     | 10 0 0
    `);
    const decision = player.play(commandOf('tick'), 9_999);
    expect(decision).toEqual({ kind: 'accepted', wallet: player.wallet, entries: [] });
  });

  it('reads a clock behind the last entry as the time of that entry', () => {
    const player = expectTable(`
      100 | grant g bonus 10  | grant  | 10 0 0
      50  | deduct a 1        | deduct | 9 0 0
    `);
    expect(player.entries.map((entry) => parseEntry(entry).createdAt)).toEqual([100_000, 100_000]);
  });

  it('ignores a clock that says nonsense', () => {
    for (const now of [NaN, -1, Infinity, -Infinity, 8_640_000_000_000_001, Number.MAX_VALUE]) {
      const player = expectTable('1 | grant g bonus 10 expires=10 | grant | 10 0 0');
      expect(player.play(commandOf('deduct a 10'), now)).toMatchObject({
        kind: 'accepted',
        answer: { body: { createdAt: 1_000 } },
      });
    }
  });

  it('counts whole milliseconds', () => {
    const player = newPlayer();
    player.play(commandOf('grant g bonus 10'), 1234.9);
    expect(player.wallet.at).toBe(1234);
  });
});

describe('dueAt', () => {
  it('is the earliest deadline, exact', () => {
    const player = newPlayer();
    const dues: (number | undefined)[] = [dueAt(player.wallet)];
    for (const row of [
      '1 | grant paid purchase 1          | grant   |',
      '1 | grant g bonus 10 expires=60    | grant   |',
      '1 | grant h bonus 10 expires=50    | grant   |',
      '1 | reserve a 10 ttl=80            | reserve |', // all of h: nothing of it can expire now
      '1 | reserve b 1 ttl=20             | reserve |',
      '2 | release b                      | release |',
      '3 | release a                      | release |',
    ]) {
      expectTable(row, player);
      dues.push(dueAt(player.wallet));
    }
    expect(dues).toEqual([undefined, undefined, 60_000, 50_000, 60_000, 21_000, 60_000, 50_000]);
  });
});
