// Refunds: back to where it came from, the last paid first, never more than was charged.
import { describe, expect, it } from '@jest/globals';
import { decide, endOfDay, needs } from '../index.ts';
import { refundMsMax, returnedTtlMs } from '../limits.ts';
import { newPlayer } from '../testing/player.ts';
import type { Player } from '../testing/player.ts';
import { commandOf, expectTable } from '../testing/table.ts';

/** What is left of each grant, `kind credits` in burn-down order, with the day that it expires on. */
function grantsOf({ wallet }: Player): readonly string[] {
  return wallet.grants.map(({ kind, remaining, expiresAt }) =>
    [kind, remaining, ...(expiresAt === undefined ? [] : [`until ${expiresAt / 1000}`])].join(' '),
  );
}

const DAY = 86_400;

describe('refund', () => {
  it('of a deduction, a settle and a late settle, whole or in parts, never more than was charged', () => {
    expectTable(`
      1 | grant g bonus 30             | grant     | 30 0 0
      2 | deduct d 10                  | deduct    | 20 0 0
      3 | refund deduct:d 4            | refund    | 24 0 0
      4 | refund deduct:d 7            | REFUND_EXCEEDS_CHARGE charged=10 refunded=4 refundable=6 required=7 | 24 0 0
      5 | refund deduct:d              | refund    | 30 0 0
      6 | refund deduct:d 1            | REFUND_EXCEEDS_CHARGE charged=10 refunded=10 refundable=0 required=1
      6 | refund deduct:d key=again    | REFUND_EXCEEDS_CHARGE charged=10 refunded=10 refundable=0 required=0
      7 | reserve r 8                  | reserve   | 22 8 0
      8 | settle r 5                   | settle    | 25 0 0
      9 | refund settle:r              | refund    | 30 0 0
      10 | reserve l 6 ttl=1           | reserve   | 24 6 0
      12 | settle l 4 max=9            | expireHold lateSettle | 26 0 0
      13 | refund late:l 4             | refund    | 30 0 0
      13 | refund late:l 1             | REFUND_EXCEEDS_CHARGE charged=4 refunded=4 refundable=0 required=1
    `);
  });

  it('answers a repeat with the stored entry, and refuses its key for another refund', () => {
    expectTable(`
      1 | grant g bonus 10             | grant         | 10 0 0
      2 | deduct d 10                  | deduct        | 0 0 0
      3 | refund deduct:d 4 key=k      | refund        | 4 0 0
      4 | refund deduct:d 4 key=k      | replay refund | 4 0 0
      4 | refund deduct:d 5 key=k      | DUPLICATE_OPERATION | 4 0 0
      4 | refund deduct:d 4 key=k by=render | FORBIDDEN | 4 0 0
    `);
  });

  it('is for the account that charged and for administrators', () => {
    expectTable(`
      1 | grant g bonus 10             | grant     | 10 0 0
      2 | deduct d 10                  | deduct    | 0 0 0
      3 | refund deduct:d 4 by=render  | FORBIDDEN | 0 0 0
      3 | refund deduct:d 4 by=admin   | refund    | 4 0 0
    `);
  });

  it(`is for services within 30 days to the millisecond, for administrators after that too`, () => {
    const day30 = 2 + refundMsMax / 1000;
    expectTable(`
      1               | grant g bonus 10             | grant     | 10 0 0
      2               | deduct d 10                  | deduct    | 0 0 0
      ${day30}        | refund deduct:d 4            | refund    | 4 0 0
      ${day30 + 0.001} | refund deduct:d 3           | REFUND_EXCEEDS_CHARGE charged=10 refunded=4 refundable=0 required=3 refundableUntil=${day30 * 1000} | 4 0 0
      ${day30 + 0.001} | refund deduct:d 3 by=admin  | refund    | 7 0 0
    `);
  });

  it('of what is no charge is refused: a reserve, a grant, a refund, a release, nothing at all', () => {
    const player = expectTable(`
      1 | grant g bonus 10             | grant     | 10 0 0
      2 | deduct d 4                   | deduct    | 6 0 0
      3 | refund deduct:d 4 key=k      | refund    | 10 0 0
      3 | reserve r 2                  | reserve   | 8 2 0
      3 | release r                    | release   | 10 0 0
      4 | refund deduct:unknown 1      | VALIDATION_FAILED entryId | 10 0 0
      4 | refund settle:r 1            | VALIDATION_FAILED entryId | 10 0 0
    `);
    for (const { id, type } of player.entries.filter((entry) => entry.type !== 'deduct')) {
      expectTable(`5 | refund ${id} 1 key=of-${type} | VALIDATION_FAILED entryId | 10 0 0`, player);
    }
  });

  it('of nothing, of a part of a credit, and of more than can be counted is refused', () => {
    expectTable(`
      1 | grant g bonus 10             | grant     | 10 0 0
      2 | deduct d 4                   | deduct    | 6 0 0
      2 | deduct zero 0                | deduct    | 6 0 0
      3 | refund deduct:d 0            | VALIDATION_FAILED credits | 6 0 0
      3 | refund deduct:d -1           | VALIDATION_FAILED credits | 6 0 0
      3 | refund deduct:d 0.5          | VALIDATION_FAILED credits | 6 0 0
      3 | refund deduct:d 9007199254740992 | VALIDATION_FAILED credits | 6 0 0
      3 | refund deduct:zero           | REFUND_EXCEEDS_CHARGE charged=0 refunded=0 refundable=0 required=0 | 6 0 0
    `);
  });

  it('returns to the grants that paid, the last of them first', () => {
    const player = expectTable(`
      1 | grant a free 5 expires=5000     | grant  | 5 0 0
      1 | grant b bonus 5 expires=6000    | grant  | 10 0 0
      1 | grant c purchase 5              | grant  | 15 0 0
      2 | deduct d 12                     | deduct | 3 0 0
      3 | refund deduct:d 3               | refund | 6 0 0
    `);
    expect(grantsOf(player)).toEqual(['bonus 1 until 6000', 'purchase 5']);
    expectTable(`4 | refund deduct:d 6 | refund | 12 0 0`, player);
    expect(grantsOf(player)).toEqual(['free 2 until 5000', 'bonus 5 until 6000', 'purchase 5']);
    expectTable(`5 | refund deduct:d | refund | 15 0 0`, player);
    expect(grantsOf(player)).toEqual(['free 5 until 5000', 'bonus 5 until 6000', 'purchase 5']);
  });

  it('returns the part above a hold before what was held, and only what was consumed of it', () => {
    const player = expectTable(`
      1 | grant a free 5 expires=5000     | grant  | 5 0 0
      1 | grant c purchase 9              | grant  | 14 0 0
      2 | reserve r 7                     | reserve | 7 7 0
      3 | settle r 9 max=20               | settle | 5 0 0
      4 | refund settle:r 4               | refund | 9 0 0
    `);
    expect(grantsOf(player)).toEqual(['purchase 9']);
    expectTable(
      `
      5 | reserve s 6                     | reserve | 3 6 0
      6 | settle s 2                      | settle | 7 0 0
      7 | refund settle:s                 | refund | 9 0 0
      8 | refund settle:r                 | refund | 14 0 0
      `,
      player,
    );
    expect(grantsOf(player)).toEqual(['free 5 until 5000', 'purchase 9']);
  });

  it('begins a grant again that was used up, as old as it was, unless an equal one stands there', () => {
    const player = expectTable(`
      1 | grant a purchase 5           | grant  | 5 0 0
      2 | deduct d 5                   | deduct | 0 0 0
      3 | refund deduct:d 2            | refund | 2 0 0
    `);
    expect(player.wallet.grants).toEqual([
      { grantId: player.entries[0]?.id, kind: 'purchase', priority: 1, remaining: 2, seq: 1 },
    ]);
    expectTable(
      `
      4 | deduct e 2                   | deduct | 0 0 0
      5 | grant b purchase 1           | grant  | 1 0 0
      6 | refund deduct:d 3            | refund | 4 0 0
      `,
      player,
    );
    expect(player.wallet.grants).toEqual([
      { grantId: player.entries[4]?.id, kind: 'purchase', priority: 1, remaining: 4, seq: 5 },
    ]);
  });

  it('gives what belonged to a grant that has expired a week in a bucket of its kind, once a charge', () => {
    const until = endOfDay(20_000 + returnedTtlMs) / 1000;
    const player = expectTable(`
      1  | grant a free 5 expires=10    | grant  | 5 0 0
      1  | grant b plan 5 expires=15    | grant  | 10 0 0
      2  | deduct d 8                   | deduct | 2 0 0
      20 | refund deduct:d 4            | expireGrant refund | 4 0 0
    `);
    expect(until).toBe(8 * DAY);
    expect(grantsOf(player)).toEqual([`plan 4 until ${until}`]);
    expect(player.facts.size).toBe(1);
    expect([...player.facts.values()]).toEqual([expect.objectContaining({ refunded: 4, returnedUntil: until * 1000 })]);
    // Another day: the deadline stays, the kind is the part's own.
    expectTable(`${3 * DAY} | refund deduct:d 2 | refund | 6 0 0`, player);
    expect(grantsOf(player)).toEqual([`free 2 until ${until}`, `plan 4 until ${until}`]);
    // After it, nothing is left to give: it comes back and expires at once.
    expectTable(
      `
      ${until}     | refund deduct:d 1 key=last | expireGrant expireGrant refund expireGrant | 0 0 0
      ${until + 1} | refund deduct:d 1          | refund expireGrant | 0 0 0
      `,
      player,
    );
    expect(grantsOf(player)).toEqual([]);
  });

  it('shelters parts of several kinds together, as paid ones if any was paid', () => {
    const player = expectTable(`
      1  | grant a free 5 expires=10    | grant  | 5 0 0
      1  | grant b plan 5 expires=15    | grant  | 10 0 0
      2  | deduct d 10                  | deduct | 0 0 0
      20 | refund deduct:d              | refund | 10 0 0
    `);
    expect(grantsOf(player)).toEqual([`plan 10 until ${8 * DAY}`]);
    // Spent from the shelter and refunded after that has expired: a week again, by the shelter's own entry.
    const later = 9 * DAY;
    expectTable(
      `
      30       | deduct e 10                  | deduct | 0 0 0
      ${later} | refund deduct:e              | refund | 10 0 0
      `,
      player,
    );
    expect(grantsOf(player)).toEqual([`plan 10 until ${16 * DAY}`]);
  });

  it('shelters what comes back while a hold still keeps an expired grant in the wallet', () => {
    const player = expectTable(`
      1  | grant a free 9 expires=10    | grant   | 9 0 0
      2  | deduct d 5                   | deduct  | 4 0 0
      3  | reserve r 4 ttl=100          | reserve | 0 4 0
      20 | refund deduct:d              | refund  | 5 4 0
    `);
    expect(grantsOf(player)).toEqual(['free 0 until 10', `free 5 until ${8 * DAY}`]);
    expectTable(`21 | release r | release expireGrant | 5 0 0`, player);
  });

  it('repays debt first, and returns what an overdraft paid to the debt', () => {
    const player = expectTable(
      `
      1 | grant a bonus 4              | grant  | 4 0 0
      2 | deduct d 10                  | deduct | 0 0 6
      3 | refund deduct:d 3            | refund | 0 0 3
      4 | refund deduct:d 5            | refund | 2 0 0
      5 | refund deduct:d              | refund | 4 0 0
      `,
      newPlayer({ overdraftLimit: 6 }),
    );
    expect(grantsOf(player)).toEqual(['bonus 4']);
  });

  it("is the customer's own money, for ever, where the debt of the charge was repaid meanwhile", () => {
    const player = expectTable(
      `
      1 | deduct d 6                   | deduct | 0 0 6
      2 | grant a bonus 8 expires=5000 | grant  | 2 0 0
      3 | refund deduct:d 5            | refund | 7 0 0
      `,
      newPlayer({ overdraftLimit: 6 }),
    );
    expect(grantsOf(player)).toEqual(['bonus 2 until 5000', 'purchase 5']);
  });

  it('turns what an open hold was lent into credits of the wallet', () => {
    const player = expectTable(
      `
      1 | deduct d 5                   | deduct  | 0 0 5
      2 | reserve r 5                  | reserve | 0 5 10
      3 | grant a bonus 3              | grant   | 0 5 7
      4 | refund deduct:d              | refund  | 0 5 2
      5 | release r                    | release | 3 0 0
      `,
      newPlayer({ overdraftLimit: 10 }),
    );
    expect(grantsOf(player)).toEqual(['purchase 3']);
  });

  it('of what was waived gives nothing back but the record', () => {
    const player = expectTable(`
      1 | configure u unmetered=true   | configure | 0 0 0
      2 | deduct d 10                  | deduct    | 0 0 0
      3 | configure m unmetered=false  | configure | 0 0 0
      4 | refund deduct:d 4            | refund    | 0 0 0
      5 | refund deduct:d 7            | REFUND_EXCEEDS_CHARGE charged=10 refunded=4 refundable=6 required=7 | 0 0 0
    `);
    expect(player.wallet.totals).toMatchObject({ consumed: 6, waived: -6, issued: 0 });
  });

  it('undoes both overdrafts of a charge above its hold, and returns what has been repaid of them', () => {
    expectTable(`
      0 | configure c limit=20  | configure | 0 0 0
      1 | reserve a 5           | reserve   | 0 5 5
      2 | settle a 8 max=10     | settle    | 0 0 8
      3 | refund settle:a       | refund    | 0 0 0
    `);
    expectTable(`
      0 | configure c limit=20  | configure | 0 0 0
      1 | reserve a 5           | reserve   | 0 5 5
      2 | settle a 8 max=10     | settle    | 0 0 8
      3 | grant g bonus 6       | grant     | 0 0 2
      4 | refund settle:a       | refund    | 6 0 0
    `);
  });

  it('goes on in a frozen wallet', () => {
    expectTable(`
      1 | grant g bonus 10   | grant     |
      2 | deduct d 10        | deduct    | 0 0 0
      3 | freeze             | configure | 0 0 0
      4 | refund deduct:d    | refund    | 10 0 0
    `);
  });

  it('needs the entry of a grant only where the wallet has forgotten it', () => {
    const player = expectTable(`
      1 | grant a free 5 expires=500   | grant  | 5 0 0
      1 | grant b purchase 9           | grant  | 14 0 0
      2 | deduct d 7                   | deduct | 7 0 0
    `);
    const [a, b] = player.entries.map(({ id }) => id);
    const refused = (credits: number, missing: string | undefined) => {
      const command = commandOf(`refund deduct:d ${credits}`);
      const found = new Map([...player.found(command)].filter(([id]) => id !== missing));
      const decision = decide(player.wallet, found, command, 3_000, player.needed(command));
      return decision.kind === 'rejected' ? decision.rejection.detail : decision.kind;
    };
    expect(refused(2, b)).toBe('accepted'); // the purchase still stands in the wallet
    expect(refused(2, a)).toBe('accepted'); // none of these belong to the free credits
    expect(refused(3, a)).toBe('entryId: the grants that paid it were not found');
  });

  it('is undecided without its fact, and a claim without its charge or the grants that paid it', () => {
    const player = expectTable(`
      1 | grant a purchase 5           | grant  | 5 0 0
      2 | deduct d 5                   | deduct | 0 0 0
    `);
    const command = commandOf('refund deduct:d 2');
    const found = player.found(command);
    expect([...found.keys()]).toEqual([
      expect.any(String),
      player.entries[1]?.id,
      player.entries[0]?.id, // the grant, named by the charge
    ]);
    expect(decide(player.wallet, found, command, 3_000)).toEqual({ kind: 'unread', facts: needs(command) });
    const withoutGrant = new Map([...found].filter(([id]) => id !== player.entries[0]?.id));
    const withoutCharge = new Map([...found].filter(([id]) => id !== player.entries[1]?.id));
    for (const some of [withoutGrant, withoutCharge]) {
      expect(decide(player.wallet, some, command, 3_000, player.needed(command))).toMatchObject({
        kind: 'rejected',
        rejection: { code: 'VALIDATION_FAILED' },
      });
    }
  });
});
