// settle: the actual cost, exactly once, by the account that reserved.
import { describe, expect, it } from '@jest/globals';
import { parseEntry } from '../chain.ts';
import { holdIdOf, newPlayer } from '../testing/player.ts';
import { expectTable } from '../testing/table.ts';

describe('settle', () => {
  it('charges the whole hold, a part of it or nothing, and returns the rest', () => {
    expectTable(`
      1 | grant g bonus 30  | grant    | 30 0 0
      2 | reserve a 10      | reserve  | 20 10 0
      3 | settle a          | settle   | 20 0 0
      4 | reserve b 10      | reserve  | 10 10 0
      5 | settle b 3        | settle   | 17 0 0
      6 | reserve c 10      | reserve  | 7 10 0
      7 | settle c 0        | settle   | 17 0 0
      8 | reserve d 10      | reserve  | 7 10 0
      9 | settle d 10       | settle   | 7 0 0
    `);
  });

  it('refuses in order: fields, hold, account, expiry, amount', () => {
    expectTable(`
      1  | grant g bonus 30           | grant                                | 30 0 0
      2  | reserve a 10 ttl=10        | reserve                              | 20 10 0
      3  | settle gone -1 by=render   | VALIDATION_FAILED credits            | 20 10 0
      3  | settle gone 1.5            | VALIDATION_FAILED credits            | 20 10 0
      3  | settle gone NaN            | VALIDATION_FAILED credits            | 20 10 0
      3  | settle gone 11 by=render   | HOLD_NOT_FOUND                       | 20 10 0
      3  | settle a 11 by=render      | FORBIDDEN                            | 20 10 0
      3  | settle a 11                | VALIDATION_FAILED credits            | 20 10 0
      12 | settle a 11 by=render      | FORBIDDEN                            | 30 0 0
      12 | settle a 11                | HOLD_EXPIRED expiresAt=12000         | 30 0 0
      13 | tick                       | expireHold                           | 30 0 0
      14 | settle a 11 by=render      | FORBIDDEN                            | 30 0 0
      14 | settle a 10                | HOLD_EXPIRED expiresAt=12000         | 30 0 0
    `);
  });

  it('wins up to the last millisecond before expiry, and loses at it', () => {
    expectTable(`
      1      | grant g bonus 2     | grant                         | 2 0 0
      1      | reserve a 1 ttl=10  | reserve                       | 1 1 0
      1      | reserve b 1 ttl=10  | reserve                       | 0 2 0
      10.999 | settle a            | settle                        | 0 1 0
      11     | settle b            | HOLD_EXPIRED expiresAt=11000  | 1 0 0
    `);
  });

  it('repeats replay, whatever their key; the same key with another body is refused; the rest finds it closed', () => {
    expectTable(`
      1  | grant g bonus 10               | grant                               | 10 0 0
      2  | reserve a 5                    | reserve                             | 5 5 0
      3  | settle a 4                     | settle                              | 6 0 0
      4  | settle a 4                     | replay settle                       | 6 0 0
      4  | settle a 4 key=other           | replay settle                       | 6 0 0
      4  | settle a 4 by=render           | FORBIDDEN                           | 6 0 0
      4  | settle a 5                     | DUPLICATE_OPERATION                 | 6 0 0
      4  | settle a 5 key=other           | HOLD_CLOSED state=settled credits=4 | 6 0 0
      4  | settle a                       | DUPLICATE_OPERATION                 | 6 0 0
      4  | release a                      | HOLD_CLOSED state=settled credits=4 | 6 0 0
      4  | release a key=settle-a         | HOLD_CLOSED state=settled credits=4 | 6 0 0
      99 | settle a 4                     | replay settle                       | 6 0 0
    `);
  });

  it('goes on when the wallet is frozen', () => {
    expectTable(`
      1 | grant g bonus 10  | grant   | 10 0 0
      2 | reserve a 5       | reserve | 5 5 0
      3 | freeze            | configure       |
      4 | settle a 2        | settle  | 8 0 0
    `);
  });

  it('may use credits whose grant expired while they were held; what it returns expires at once', () => {
    expectTable(`
      1  | grant g bonus 10 expires=10     | grant              | 10 0 0
      1  | grant h bonus 10                | grant              | 20 0 0
      2  | reserve a 15                    | reserve            | 5 15 0
      11 | settle a 3                      | settle expireGrant | 10 0 0
    `);
  });

  it('expires what was not held at the deadline and what is returned later, each once', () => {
    expectTable(`
      1  | grant g bonus 10 expires=10     | grant                          | 10 0 0
      2  | reserve a 4                     | reserve                        | 6 4 0
      11 | settle a 1                      | expireGrant settle expireGrant | 0 0 0
    `);
  });

  it('returns what an overdraft lent to the debt before anything else', () => {
    expectTable(
      `
      1 | grant g bonus 4     | grant   | 4 0 0
      2 | reserve a 10        | reserve | 0 10 6
      3 | settle a 5          | settle  | 0 0 1
      4 | reserve b 1         | reserve | 0 1 2
      5 | settle b 0          | settle  | 0 0 1
      6 | grant h bonus 3     | grant   | 2 0 0
      `,
      newPlayer({ overdraftLimit: 6 }),
    );
  });
});

describe('settle above the hold', () => {
  it('charges what lies above, up to the lesser of the maximum price and twice the hold', () => {
    expectTable(`
      1 | grant g bonus 100    | grant                       | 100 0 0
      2 | reserve a 10         | reserve                     | 90 10 0
      3 | settle a 11          | VALIDATION_FAILED credits   | 90 10 0
      3 | settle a 21 max=50   | VALIDATION_FAILED credits   | 90 10 0
      3 | settle a 16 max=15   | VALIDATION_FAILED credits   | 90 10 0
      3 | settle a 15 max=15   | settle                      | 85 0 0
      4 | settle a 15          | replay settle               | 85 0 0
      5 | reserve b 10         | reserve                     | 75 10 0
      6 | settle b 20 max=50   | settle                      | 65 0 0
      7 | reserve c 10         | reserve                     | 55 10 0
      8 | settle c 4 max=50    | settle                      | 61 0 0
      9 | reserve d 0          | reserve                     | 61 0 0
      9 | settle d 1 max=50    | VALIDATION_FAILED credits   | 61 0 0
    `);
  });

  it('never refuses what was held, whatever the maximum price has become', () => {
    expectTable(`
      1 | grant g bonus 10    | grant                     | 10 0 0
      2 | reserve a 10        | reserve                   | 0 10 0
      3 | settle a 11 max=4   | VALIDATION_FAILED credits | 0 10 0
      3 | settle a max=4      | settle                    | 0 0 0
    `);
  });

  it('takes it in burn-down order, from available and then from the overdraft; the rest is a shortfall', () => {
    const player = expectTable(
      `
      1 | grant p purchase 12             | grant                      | 12 0 0
      1 | reserve a 10                    | reserve                    | 2 10 0
      2 | grant s bonus 3 expires=50      | grant                      | 5 10 0
      3 | settle a 20 max=20              | settle                     | 0 0 4
      `,
      newPlayer({ overdraftLimit: 4 }),
    );
    const body = player.entries.map(parseEntry).at(-1);
    const [p, s] = player.entries.filter(({ type }) => type === 'grant').map(({ id }) => id);
    expect(body).toMatchObject({ credits: 19, shortfall: 1, creditsMax: 20 });
    expect(body?.postings).toEqual([
      { account: 'held', credits: -10, grantId: p, holdId: holdIdOf('a') },
      { account: 'consumed', credits: 19 },
      { account: 'available', credits: -3, grantId: s },
      { account: 'available', credits: -2, grantId: p },
      { account: 'debt', credits: -4 },
    ]);
  });

  it('lets the whole overrun go where nothing is left, and says so', () => {
    const player = expectTable(`
      1 | grant g bonus 10      | grant    | 10 0 0
      2 | reserve a 10          | reserve  | 0 10 0
      3 | settle a 14 max=20    | settle   | 0 0 0
    `);
    expect(player.entries.map(parseEntry).at(-1)).toMatchObject({ credits: 10, shortfall: 4, creditsMax: 20 });
  });

  it('owes the rest where the operation says so, beyond the overdraft too; what comes in repays it', () => {
    const player = expectTable(
      `
      1 | grant g bonus 12                   | grant                                      | 12 0 0
      2 | reserve a 10                       | reserve                                    | 2 10 0
      3 | settle a 20 max=20 overrun=debt    | settle                                     | 0 0 8
      4 | reserve b 1                        | INSUFFICIENT_CREDITS required=1 available=0 | 0 0 8
      5 | grant h bonus 10                   | grant                                      | 2 0 0
      `,
      newPlayer({ overdraftLimit: 3 }),
    );
    const body = player.entries.map(parseEntry).find(({ type }) => type === 'settle');
    expect(body).toMatchObject({ credits: 20, overrun: 'debt', creditsMax: 20 });
    expect(body).not.toHaveProperty('shortfall');
  });

  it('never owes more than can be counted', () => {
    expectTable(`
      1 | grant g bonus 9007199254740991                           | grant                     |
      2 | reserve a 9007199254740991                               | reserve                   |
      3 | settle a 9007199254740991 max=9007199254740991           | settle                    | 0 0 0
      4 | grant h bonus 1                                          | VALIDATION_FAILED credits | 0 0 0
    `);
    const player = expectTable(`
      1 | grant g bonus 9007199254740990                           | grant                     |
      2 | reserve a 10                                             | reserve                   |
      2 | deduct d 9007199254740980                                | deduct                    | 0 10 0
      3 | settle a 12 max=20 overrun=debt                          | VALIDATION_FAILED credits | 0 10 0
      3 | settle a 11 max=20 overrun=debt                          | settle                    | 0 0 1
    `);
    expect(player.wallet.totals.consumed).toBe(Number.MAX_SAFE_INTEGER);
  });
});
