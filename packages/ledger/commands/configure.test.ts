// configure: what an administrator sets, and how it is obeyed.
import { describe, expect, it } from '@jest/globals';
import { parseEntry } from '../chain.ts';
import { decide } from '../decide.ts';
import { holdIdOf } from '../testing/player.ts';
import { commandOf, expectTable, said } from '../testing/table.ts';

describe('configure', () => {
  it('is for an administrator, sets what it names and nothing else, and every setting stands in the entry', () => {
    const player = expectTable(`
      1 | configure a limit=5 by=service                          | FORBIDDEN                             | 0 0 0
      1 | configure a                                             | VALIDATION_FAILED                     | 0 0 0
      1 | configure a limit=5                                     | configure                             | 0 0 0
      2 | configure b unmetered=true status=frozen                | configure                             | 0 0 0
      3 | configure a limit=5                                     | replay configure                      | 0 0 0
      3 | configure a limit=6                                     | DUPLICATE_OPERATION                   | 0 0 0
      3 | configure a limit=5 by=service                          | FORBIDDEN                             | 0 0 0
      4 | configure c status=active                               | configure                             | 0 0 0
      4 | configure d limit=-1                                    | VALIDATION_FAILED overdraftLimit      | 0 0 0
      4 | configure d limit=0.5                                   | VALIDATION_FAILED overdraftLimit      | 0 0 0
      4 | configure d status=gone                                 | VALIDATION_FAILED status              | 0 0 0
    `);
    expect(player.wallet).toMatchObject({ unmetered: true, status: 'active', overdraftLimit: 5 });
    expect(player.entries.map(parseEntry).map(({ configure }) => configure)).toEqual([
      { overdraftLimit: 5 },
      { status: 'frozen', unmetered: true },
      { status: 'active' },
    ]);
  });

  it('refuses a limit with which the totals could not be counted', () => {
    expectTable(`
      1 | grant g bonus 10                        | grant                            | 10 0 0
      2 | configure a limit=9007199254740982      | VALIDATION_FAILED overdraftLimit | 10 0 0
      2 | configure a limit=9007199254740981      | configure                        | 10 0 0
      3 | grant h bonus 1                         | VALIDATION_FAILED credits        | 10 0 0
    `);
  });
});

describe('an overdraft limit', () => {
  it('is spent beyond what is available; lowered below the debt it takes nothing back and stops spending', () => {
    expectTable(`
      1 | grant g bonus 2         | grant                                         | 2 0 0
      1 | configure a limit=5     | configure                                     | 2 0 0
      2 | deduct d 6              | deduct                                        | 0 0 4
      3 | configure b limit=1     | configure                                     | 0 0 4
      4 | deduct e 1              | INSUFFICIENT_CREDITS required=1 available=0   | 0 0 4
      4 | deduct f 0              | deduct                                        | 0 0 4
      5 | grant h bonus 5         | grant                                         | 1 0 0
      6 | deduct k 2              | deduct                                        | 0 0 1
    `);
  });
});

describe('a frozen wallet', () => {
  it('takes no reserve, deduct or extend; settle, release and grants go on', () => {
    expectTable(`
      1 | grant g bonus 20        | grant          | 20 0 0
      1 | reserve a 5             | reserve        | 15 5 0
      1 | reserve b 5             | reserve        | 10 10 0
      2 | freeze                  | configure      | 10 10 0
      3 | reserve c 0             | WALLET_FROZEN  | 10 10 0
      3 | deduct d 0              | WALLET_FROZEN  | 10 10 0
      3 | extend a 5              | WALLET_FROZEN  | 10 10 0
      3 | reserve a 5             | replay reserve open | 10 10 0
      4 | settle a 7 max=9        | settle         | 8 5 0
      5 | release b               | release        | 13 0 0
      6 | grant h bonus 1         | grant          | 14 0 0
      7 | thaw                    | configure      | 14 0 0
      8 | deduct d 1              | deduct         | 13 0 0
    `);
  });
});

describe('an unmetered wallet', () => {
  it('charges what it waives: no balance moves, and none is needed', () => {
    const player = expectTable(`
      1 | configure a unmetered=true  | configure  | 0 0 0
      2 | deduct d 6                  | deduct     | 0 0 0
      3 | reserve r 10                | reserve    | 0 0 0
      4 | settle r 4                  | settle     | 0 0 0
      5 | reserve s 10                | reserve    | 0 0 0
      6 | settle s 15 max=15          | settle     | 0 0 0
      7 | reserve t 10 ttl=1          | reserve    | 0 0 0
      8 | settle t 11                 | HOLD_EXPIRED expiresAt=8000 | 0 0 0
      9 | settle t 12 max=15          | expireHold lateSettle | 0 0 0
      9 | reserve u 10                | reserve    | 0 0 0
      9 | release u                   | release    | 0 0 0
      9 | deduct e 0                  | deduct     | 0 0 0
    `);
    expect(player.wallet.totals).toMatchObject({ consumed: 37, waived: -37, available: 0, held: 0, debt: 0 });
    const charges = player.entries.map(parseEntry).filter(({ type }) => /reserve|settle|deduct/i.test(type));
    for (const body of charges) expect(body.unmetered).toBe(true);
  });

  it('leaves credits as they are, and debt too', () => {
    expectTable(`
      1 | grant g bonus 3             | grant      | 3 0 0
      1 | configure a limit=2         | configure  | 3 0 0
      2 | deduct d 4                  | deduct     | 0 0 1
      3 | configure b unmetered=true  | configure  | 0 0 1
      4 | deduct e 99                 | deduct     | 0 0 1
      5 | grant h bonus 3             | grant      | 2 0 0
      6 | deduct f 99                 | deduct     | 2 0 0
    `);
  });

  it('is fixed at the reserve, both ways', () => {
    const player = expectTable(`
      1 | grant g bonus 30              | grant                                        | 30 0 0
      2 | reserve metered 10            | reserve                                      | 20 10 0
      2 | reserve late 2 ttl=5          | reserve                                      | 18 12 0
      3 | configure a unmetered=true    | configure                                    | 18 12 0
      4 | settle metered 12 max=20      | settle                                       | 16 2 0
      5 | reserve waived 10             | reserve                                      | 16 2 0
      5 | reserve lapsed 10 ttl=1       | reserve                                      | 16 2 0
      5 | configure b unmetered=false   | configure                                    | 16 2 0
      6 | settle lapsed 9 max=10        | expireHold lateSettle                        | 16 2 0
      6 | settle waived 9               | settle                                       | 16 2 0
      8 | settle late max=10            | expireHold lateSettle                        | 16 0 0
    `);
    expect(player.wallet.totals).toMatchObject({ consumed: 32, waived: -18 });
  });

  it('still has its bounds: keys, open holds, what a settle may charge, what can be counted', () => {
    const player = expectTable(`
      1 | configure a unmetered=true            | configure                 | 0 0 0
      2 | reserve r 10                          | reserve                   | 0 0 0
      2 | reserve r 11                          | DUPLICATE_OPERATION       | 0 0 0
      3 | settle r 11                           | VALIDATION_FAILED credits | 0 0 0
      3 | settle r 21 max=50                    | VALIDATION_FAILED credits | 0 0 0
      4 | deduct d 9007199254740990             | deduct                    | 0 0 0
      5 | deduct e 2                            | VALIDATION_FAILED credits | 0 0 0
      5 | reserve s 2                           | VALIDATION_FAILED credits | 0 0 0
      5 | settle r 2                            | VALIDATION_FAILED credits | 0 0 0
      5 | settle r 1                            | settle                    | 0 0 0
    `);
    expect(player.wallet.holds).not.toHaveProperty(holdIdOf('r'));
    const again = commandOf('reserve r 10');
    expect(said(decide(player.wallet, player.found(again), again, 9_000))).toBe('replay reserve settled 1');
  });
});
