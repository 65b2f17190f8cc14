// settle: the actual cost, exactly once, by the account that reserved.
import { describe, it } from '@jest/globals';
import { newPlayer } from '../testing/player.ts';
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
      3 | freeze            | -       |
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
