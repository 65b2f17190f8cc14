// extend: more time for a hold, counted from now, a day in all.
import { describe, it } from '@jest/globals';
import { expectTable } from '../testing/table.ts';

describe('extend', () => {
  it('moves the deadline to TTL from now, and moves no credits', () => {
    expectTable(`
      1      | grant g bonus 10     | grant                        | 10 0 0
      1      | reserve a 4 ttl=10   | reserve                      | 6 4 0
      9      | extend a 10          | extend                       | 6 4 0
      18.999 | reserve a 4 ttl=10   | replay reserve open          | 6 4 0
      18.999 | extend a 5           | extend                       | 6 4 0
      23.998 | settle a 3           | settle                       | 7 0 0
      23.999 | extend a 10          | replay extend                | 7 0 0
      24     | reserve b 4 ttl=10   | reserve                      | 3 4 0
      25     | extend b 2           | extend                       | 3 4 0
      33.999 | reserve b 4 ttl=10   | replay reserve open          | 3 4 0
      34     | tick                 | expireHold                   | 7 0 0
    `);
  });

  it('lets a hold last 24 hours in all, counted from the reserve', () => {
    expectTable(`
      100       | reserve a 0 ttl=1000       | reserve                   | 0 0 0
      1000      | extend a 86400             | VALIDATION_FAILED ttlMs   | 0 0 0
      1000      | extend a 85500.001         | VALIDATION_FAILED ttlMs   | 0 0 0
      1000      | extend a 85500             | extend                    | 0 0 0
      86498     | extend a 2.001             | VALIDATION_FAILED ttlMs   | 0 0 0
      86498     | extend a 2                 | extend                    | 0 0 0
      86499.5   | extend a 1                 | VALIDATION_FAILED ttlMs   | 0 0 0
      86500     | settle a                   | HOLD_EXPIRED expiresAt=86500000 | 0 0 0
    `);
  });

  it('refuses in order: fields, key, hold, account, end, frozen wallet, time in all', () => {
    expectTable(`
      1  | reserve a 0 ttl=10                | reserve                               | 0 0 0
      1  | reserve b 0 ttl=10                | reserve                               | 0 0 0
      2  | extend a 20 key=used              | extend                                | 0 0 0
      3  | extend gone 0.999 key=used        | VALIDATION_FAILED ttlMs               | 0 0 0
      3  | extend gone NaN key=used          | VALIDATION_FAILED ttlMs               | 0 0 0
      3  | extend gone 20 key=used           | DUPLICATE_OPERATION                   | 0 0 0
      3  | extend a 20 key=used by=render    | FORBIDDEN                             | 0 0 0
      3  | extend a 20 key=used              | replay extend                         | 0 0 0
      3  | extend gone 20 by=render          | HOLD_NOT_FOUND                        | 0 0 0
      3  | freeze                            | configure                                     |
      3  | extend a 86400 by=render          | FORBIDDEN                             | 0 0 0
      3  | extend a 86400                    | WALLET_FROZEN                         | 0 0 0
      3  | thaw                              | configure                                     |
      3  | extend a 86400                    | VALIDATION_FAILED ttlMs               | 0 0 0
      4  | settle a                          | settle                                | 0 0 0
      5  | extend a 86400 by=render          | FORBIDDEN                             | 0 0 0
      5  | extend a 86400                    | HOLD_CLOSED state=settled credits=0   | 0 0 0
      11 | extend b 86400 by=render          | FORBIDDEN                             | 0 0 0
      11 | extend b 10                       | HOLD_CLOSED state=expired credits=0   | 0 0 0
      12 | tick                              | expireHold                            | 0 0 0
      13 | extend b 10                       | HOLD_CLOSED state=expired credits=0   | 0 0 0
    `);
  });

  it('of a hold that superseded another or is superseded itself changes who lives, not who won', () => {
    expectTable(`
      1  | reserve a 0 ttl=10              | reserve                               | 0 0 0
      2  | reserve b 0 ttl=10 supersedes=a | release reserve                       | 0 0 0
      3  | extend a 10                     | HOLD_CLOSED state=released credits=0  | 0 0 0
      3  | extend b 60                     | extend                                | 0 0 0
      60 | settle b                        | settle                                | 0 0 0
    `);
  });
});
