// Buckets and rollover: credits of one kind and expiry stand together; what a plan lets go on goes on, by time alone.
import { describe, expect, it } from '@jest/globals';
import { dueAt, endOfDay } from './index.ts';
import { grantsMax } from './limits.ts';
import { newPlayer } from './testing/player.ts';
import type { Player } from './testing/player.ts';
import { commandOf, expectTable } from './testing/table.ts';

function grantsOf({ wallet }: Player): readonly string[] {
  return wallet.grants.map(({ kind, remaining, expiresAt, rollover }) =>
    [
      ...[kind, remaining],
      ...(expiresAt === undefined ? [] : [`until ${expiresAt / 1000}`]),
      ...(rollover === undefined ? [] : [`then ${rollover.cap}`]),
    ].join(' '),
  );
}

const full = (): Player => {
  const player = newPlayer();
  for (let n = 0; n < grantsMax; n++) player.play(commandOf(`grant g${n} bonus 1 expires=${100 + 2 * n}`), 1_000);
  return player;
};

describe('buckets', () => {
  it('take credits of equal kind and expiry, and say in the entry which bucket it was', () => {
    const player = expectTable(`
      1 | grant a bonus 5 expires=10    | grant | 5 0 0
      2 | grant b bonus 5 expires=10    | grant | 10 0 0
      2 | grant c free 5 expires=10     | grant | 15 0 0
      2 | grant d bonus 5 expires=11    | grant | 20 0 0
      2 | grant e bonus 5               | grant | 25 0 0
      3 | grant f bonus 5               | grant | 30 0 0
    `);
    expect(grantsOf(player)).toEqual(['bonus 10 until 10', 'free 5 until 10', 'bonus 5 until 11', 'bonus 10']);
    const merged = player.entries.map(({ body }) => (JSON.parse(body) as { grant: { mergedInto?: string } }).grant);
    const [a, , , , e] = player.entries.map(({ id }) => id);
    expect(merged.map(({ mergedInto }) => mergedInto)).toEqual([undefined, a, undefined, undefined, undefined, e]);
  });

  it('keep the age of the grant that began them', () => {
    const player = expectTable(`
      1 | grant a bonus 5    | grant  | 5 0 0
      2 | grant b free 5     | grant  | 10 0 0
      3 | grant c bonus 5    | grant  | 15 0 0
      4 | deduct d 7         | deduct | 8 0 0
    `);
    expect(grantsOf(player)).toEqual(['bonus 3', 'free 5']);
  });

  it(`past ${grantsMax} of them, take paid credits that expire no later, the nearest of a paid kind first`, () => {
    const player = full();
    expectTable(
      `
      2 | grant x bonus 1 expires=101             | VALIDATION_FAILED kind | 256 0 0
      2 | grant x bonus 1 expires=102             | grant                  | 257 0 0
      2 | grant p plan 1 expires=101              | grant                  | 258 0 0
      2 | pay pi_1 1 expires=103                  | grant                  | 259 0 0
      `,
      player,
    );
    expect(player.wallet.grants).toHaveLength(grantsMax);
    expect(grantsOf(player).slice(0, 4)).toEqual([
      ...['bonus 1 until 100', 'bonus 3 until 102', 'bonus 2 until 104', 'bonus 1 until 106'],
    ]);
    // Nothing expires later: a grant of its own, and from then on the nearest paid one takes the others.
    expectTable(
      `
      3 | grant q purchase 5                      | grant | 264 0 0
      3 | grant r plan 1 expires=101              | grant | 265 0 0
      `,
      player,
    );
    expect(player.wallet.grants).toHaveLength(grantsMax + 1);
    expect(grantsOf(player).at(-1)).toBe('purchase 6');
  });

  it(`past ${grantsMax} of them, never refuse what returns`, () => {
    const player = newPlayer();
    expectTable(
      `
      1 | pay in_1 5 kind=plan expires=50            | grant    | 5 0 0
      1 | deduct d 2                                 | deduct   | 3 0 0
      1 | pay in_1 5 3 kind=plan expires=50          | clawback | 0 0 0
      `,
      player,
    );
    for (let n = 0; n < grantsMax; n++) player.play(commandOf(`grant g${n} bonus 1 expires=${100 + 2 * n}`), 2_000);
    expectTable(
      `
      3  | refund deduct:d                           | refund    | 258 0 0
      60 | pay in_1 5 0 key=won                      | reinstate | 261 0 0
      `,
      player,
    );
    expect(grantsOf(player)[0]).toBe('bonus 3 until 100');
    expect(grantsOf(player).at(-1)).toBe('plan 3 until 691200');
  });

  it('do not take credits into a grant that rolls over', () => {
    const player = expectTable(`
      1 | grant a plan 5 expires=10 cap=3 until=20 | grant | 5 0 0
      2 | grant b plan 5 expires=10                | grant | 10 0 0
      2 | grant c plan 5 expires=10 cap=3 until=20 | grant | 15 0 0
    `);
    expect(grantsOf(player)).toEqual(['plan 5 until 10 then 3', 'plan 5 until 10', 'plan 5 until 10 then 3']);
  });

  it('are equal by the end of the UTC day, where a caller rounds up to it', () => {
    const day = 86_400_000;
    expect([0, 1, day - 1, day, day + 1].map(endOfDay)).toEqual([0, day, day, day, 2 * day]);
  });
});

describe('rollover', () => {
  it('lets the cap go on and the rest expire, at the moment of the deadline, whenever it is applied', () => {
    const player = expectTable(`
      1   | grant a plan 10 expires=10 cap=4 until=30 | grant | 10 0 0
      9.999 | tick                                    | -     | 10 0 0
      25  | deduct d 1                                | rollover deduct | 3 0 0
      30  | tick                                      | expireGrant | 0 0 0
    `);
    const rolled = JSON.parse(player.entries[1]?.body ?? '') as { effectiveAt: number; createdAt: number };
    expect(rolled).toMatchObject({ effectiveAt: 10_000, createdAt: 25_000, balanceAfter: { available: 4 } });
    expect(player.wallet.totals).toMatchObject({ expired: 6 + 3, consumed: 1 });
  });

  it('carries all of what is below the cap', () => {
    const player = expectTable(`
      1   | grant a plan 10 expires=10 cap=40 until=30 | grant    | 10 0 0
      10  | tick                                       | rollover | 10 0 0
    `);
    expect(grantsOf(player)).toEqual(['plan 10 until 30']);
    expect(dueAt(player.wallet)).toBe(30_000);
  });

  it('joins the bucket of the next period that expires with it', () => {
    const player = expectTable(`
      1   | grant a plan 10 expires=10 cap=4 until=30 | grant    | 10 0 0
      2   | grant b plan 10 expires=30                | grant    | 20 0 0
      10  | tick                                      | rollover | 14 0 0
    `);
    expect(grantsOf(player)).toEqual(['plan 14 until 30']);
  });

  it('is for once: what holds return after it expires at once', () => {
    const player = expectTable(`
      1   | grant a plan 10 expires=10 cap=9 until=30 | grant    | 10 0 0
      2   | reserve r 4 ttl=20                        | reserve  | 6 4 0
      3   | reserve s 4 ttl=20                        | reserve  | 2 8 0
      10  | tick                                      | rollover | 2 8 0
      11  | release r                                 | release expireGrant | 2 4 0
      22  | tick                                      | -        | 2 4 0
      23  | tick                                      | expireHold expireGrant | 2 0 0
    `);
    expect(grantsOf(player)).toEqual(['plan 2 until 30']);
  });

  it('carries nothing of what was all held at the deadline and returns after it', () => {
    expectTable(`
      1   | grant a plan 10 expires=10 cap=9 until=30 | grant    | 10 0 0
      2   | reserve r 10 ttl=20                       | reserve  | 0 10 0
      15  | release r                                 | release expireGrant | 0 0 0
    `);
  });

  it('carries what a hold returns at the very deadline', () => {
    expectTable(`
      1   | grant a plan 10 expires=10 cap=9 until=30 | grant    | 10 0 0
      2   | reserve r 10 ttl=8                        | reserve  | 0 10 0
      15  | tick                                      | expireHold rollover | 9 0 0
    `);
  });

  it('is of plans that expire, to a later time, of one credit at least', () => {
    expectTable(`
      1 | grant a bonus 5 expires=10 cap=3 until=20 | VALIDATION_FAILED rollover | 0 0 0
      1 | grant a plan 5 cap=3 until=20             | VALIDATION_FAILED rollover | 0 0 0
      1 | grant a plan 5 expires=10 cap=3 until=10  | VALIDATION_FAILED rollover | 0 0 0
      1 | grant a plan 5 expires=10 cap=0 until=20  | VALIDATION_FAILED rollover | 0 0 0
      1 | grant a plan 5 expires=10 cap=1.5 until=20 | VALIDATION_FAILED rollover | 0 0 0
    `);
  });

  it('survives a refund into a used-up grant before its deadline', () => {
    const player = expectTable(`
      1   | grant a plan 5 expires=10 cap=3 until=30 | grant    | 5 0 0
      2   | deduct d 5                               | deduct   | 0 0 0
      3   | refund deduct:d                          | refund   | 5 0 0
      10  | tick                                     | rollover | 3 0 0
    `);
    expect(grantsOf(player)).toEqual(['plan 3 until 30']);
  });
});
