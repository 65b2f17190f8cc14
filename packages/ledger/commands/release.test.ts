// release: everything goes back to where it came from, once.
import { describe, expect, it } from '@jest/globals';
import { parseEntry } from '../index.ts';
import type { Entry } from '../index.ts';
import { newPlayer } from '../testing/player.ts';
import { expectTable } from '../testing/table.ts';

describe('release', () => {
  it('returns the whole hold', () => {
    expectTable(`
      1 | grant g bonus 5              | grant   | 5 0 0
      1 | grant h bonus 5 expires=100  | grant   | 10 0 0
      2 | reserve a 7                  | reserve | 3 7 0
      3 | release a                    | release | 10 0 0
      4 | reserve b 10                 | reserve | 0 10 0
    `);
  });

  it('refuses in order: fields, hold, account, how it ended', () => {
    expectTable(`
      1  | grant g bonus 5                     | grant                                | 5 0 0
      2  | reserve a 5 ttl=10                  | reserve                              | 0 5 0
      3  | release gone reason= by=render      | VALIDATION_FAILED reasonCode         | 0 5 0
      3  | release gone by=render              | HOLD_NOT_FOUND                       | 0 5 0
      3  | release a by=render                 | FORBIDDEN                            | 0 5 0
      12 | release a by=render                 | FORBIDDEN                            | 5 0 0
      12 | release a                           | HOLD_CLOSED state=expired credits=0  | 5 0 0
      13 | tick                                | expireHold                           | 5 0 0
      14 | release a by=render                 | FORBIDDEN                            | 5 0 0
      14 | release a                           | HOLD_CLOSED state=expired credits=0  | 5 0 0
    `);
  });

  it('repeats replay, whatever their key; the same key with another body is refused; a settle finds it closed', () => {
    expectTable(`
      1 | grant g bonus 5              | grant                                | 5 0 0
      2 | reserve a 5                  | reserve                              | 0 5 0
      3 | release a                    | release                              | 5 0 0
      4 | release a                    | replay release                       | 5 0 0
      4 | release a key=other          | replay release                       | 5 0 0
      4 | release a by=render          | FORBIDDEN                            | 5 0 0
      4 | release a reason=timeout     | DUPLICATE_OPERATION                  | 5 0 0
      4 | release a reason=timeout key=other | HOLD_CLOSED state=released credits=0 | 5 0 0
      4 | settle a                     | HOLD_CLOSED state=released credits=0 | 5 0 0
    `);
  });

  it('goes on when the wallet is frozen', () => {
    expectTable(`
      1 | grant g bonus 5  | grant   | 5 0 0
      2 | reserve a 5      | reserve | 0 5 0
      3 | freeze           | configure       |
      4 | release a        | release | 5 0 0
    `);
  });

  it('repays debt first', () => {
    expectTable(
      `
      1 | grant g bonus 5  | grant   | 5 0 0
      2 | reserve a 5      | reserve | 0 5 0
      3 | deduct b 3       | deduct  | 0 5 3
      4 | release a        | release | 2 0 0
      `,
      newPlayer({ overdraftLimit: 3 }),
    );
  });

  it('gives what an overdraft lent back to the debt, and repays the rest of the debt from its grants', () => {
    const player = expectTable(
      `
      1 | grant g bonus 4  | grant   | 4 0 0
      2 | reserve a 7      | reserve | 0 7 3
      3 | deduct b 4       | deduct  | 0 7 7
      4 | release a        | release | 0 0 0
      `,
      newPlayer({ overdraftLimit: 9 }),
    );
    const postings = parseEntry(player.entries.at(-1) as Entry).postings;
    expect(postings.map(({ account, credits }) => [account, credits])).toEqual([
      ['held', -4],
      ['held', -3],
      ['debt', 7],
    ]);
  });

  it('lets credits of an expired grant expire at once', () => {
    expectTable(`
      1  | grant g bonus 5 expires=10  | grant               | 5 0 0
      2  | reserve a 5                 | reserve             | 0 5 0
      11 | release a                   | release expireGrant | 0 0 0
    `);
  });
});
