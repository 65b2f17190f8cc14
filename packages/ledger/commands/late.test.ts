// A settle after its hold has expired, and the supersede that makes it impossible: one document, so exactly one of them.
import { describe, expect, it } from '@jest/globals';
import { parseEntry } from '../chain.ts';
import { decide } from '../decide.ts';
import { endId, lateId } from '../ids.ts';
import { holdIdOf, newPlayer } from '../testing/player.ts';
import { commandOf, expectTable, said } from '../testing/table.ts';

describe('a late settle', () => {
  it('charges a hold that has expired, written or not, in one decision with its expiry', () => {
    const player = expectTable(`
      1  | grant g bonus 30          | grant                              | 30 0 0
      2  | reserve a 10 ttl=10       | reserve                            | 20 10 0
      2  | reserve b 10 ttl=10       | reserve                            | 10 20 0
      12 | settle a 7                | HOLD_EXPIRED expiresAt=12000       | 30 0 0
      12 | settle a 7 max=20         | expireHold expireHold lateSettle   | 23 0 0
      13 | settle b max=20           | lateSettle                         | 13 0 0
    `);
    const late = player.entries.at(-1);
    expect(late?.id).toBe(lateId(holdIdOf('b')));
    expect(parseEntry(late!)).toMatchObject({
      holdId: holdIdOf('b'),
      credits: 10,
      creditsMax: 20,
      operation: 'narration',
    });
  });

  it('charges what the wallet can pay, the overdraft included, and says what it could not; HOLD_EXPIRED where it can pay nothing', () => {
    const player = expectTable(
      `
      1  | grant g bonus 10          | grant                          | 10 0 0
      2  | reserve a 10 ttl=5        | reserve                        | 0 10 0
      2  | reserve b 3 ttl=5         | reserve                        | 0 13 3
      7  | deduct d 8                | expireHold expireHold deduct   | 2 0 0
      8  | settle a max=20           | lateSettle                     | 0 0 3
      9  | settle b max=20           | HOLD_EXPIRED expiresAt=7000    | 0 0 3
      9  | settle b 0 max=20         | lateSettle                     | 0 0 3
      `,
      newPlayer({ overdraftLimit: 3 }),
    );
    const [partly, nothing] = player.entries.filter(({ type }) => type === 'lateSettle').map(parseEntry);
    expect(partly).toMatchObject({ credits: 5, shortfall: 5 });
    expect(nothing).toMatchObject({ credits: 0, postings: [] });
  });

  it('lies within the bound of a settle', () => {
    expectTable(`
      1  | grant g bonus 90          | grant                          | 90 0 0
      2  | reserve a 10 ttl=5        | reserve                        | 80 10 0
      8  | settle a 21 max=50        | VALIDATION_FAILED credits      | 90 0 0
      8  | settle a 16 max=15        | VALIDATION_FAILED credits      | 90 0 0
      8  | settle a 15 max=15        | expireHold lateSettle          | 75 0 0
    `);
  });

  it('refuses in order: hold, account, amount, funds', () => {
    expectTable(`
      1  | grant g bonus 10            | grant                          | 10 0 0
      2  | reserve a 10 ttl=5          | reserve                        | 0 10 0
      8  | deduct d 10                 | expireHold deduct              | 0 0 0
      9  | settle gone 99 max=50       | HOLD_NOT_FOUND                 | 0 0 0
      9  | settle a 99 max=50 by=render | FORBIDDEN                     | 0 0 0
      9  | settle a 99 max=50          | VALIDATION_FAILED credits      | 0 0 0
      9  | settle a 9 max=50           | HOLD_EXPIRED expiresAt=7000    | 0 0 0
    `);
  });

  it('happens once: a repeat replays, another body is refused, and the hold counts as settled for everyone', () => {
    expectTable(`
      1  | grant g bonus 30             | grant                               | 30 0 0
      2  | reserve a 10 ttl=5           | reserve                             | 20 10 0
      8  | settle a 4 max=20            | expireHold lateSettle               | 26 0 0
      9  | settle a 4 max=20            | replay lateSettle                   | 26 0 0
      9  | settle a 4                   | replay lateSettle                   | 26 0 0
      9  | settle a 4 key=other         | replay lateSettle                   | 26 0 0
      9  | settle a 4 by=render         | FORBIDDEN                           | 26 0 0
      9  | settle a 5 max=20            | DUPLICATE_OPERATION                 | 26 0 0
      9  | settle a 5 max=20 key=other  | HOLD_CLOSED state=settled credits=4 | 26 0 0
      9  | release a                    | HOLD_CLOSED state=settled credits=4 | 26 0 0
      9  | extend a 5                   | HOLD_CLOSED state=settled credits=4 | 26 0 0
      9  | reserve a 10 ttl=5           | replay reserve settled 4            | 26 0 0
      9  | reserve b 10 supersedes=a    | HOLD_CLOSED state=settled credits=4 | 26 0 0
    `);
  });

  it('goes on when the wallet is frozen, and names the deadline that an extend moved', () => {
    expectTable(`
      1  | grant g bonus 9            | grant                           | 9 0 0
      1  | reserve a 5 ttl=5          | reserve                         | 4 5 0
      2  | extend a 10                | extend                          | 4 5 0
      13 | settle a                   | HOLD_EXPIRED expiresAt=12000    | 9 0 0
      13 | tick                       | expireHold                      | 9 0 0
      14 | settle a                   | HOLD_EXPIRED expiresAt=12000    | 9 0 0
      15 | freeze                     | configure                               |
      16 | settle a max=9             | lateSettle                      | 4 0 0
    `);
  });
});

describe('a reserve that supersedes an expired hold', () => {
  it('closes it for ever, in the same decision', () => {
    const player = expectTable(`
      1  | grant g bonus 10              | grant                                | 10 0 0
      2  | reserve a 10 ttl=5            | reserve                              | 0 10 0
      7  | reserve b 10 ttl=5 supersedes=a | expireHold closeHold reserve       | 0 10 0
      8  | settle a max=20               | HOLD_CLOSED state=expired credits=0  | 0 10 0
      8  | settle a                      | HOLD_CLOSED state=expired credits=0  | 0 10 0
      8  | release a                     | HOLD_CLOSED state=expired credits=0  | 0 10 0
      8  | reserve a 10 ttl=5            | replay reserve expired               | 0 10 0
      13 | tick                          | expireHold                           | 10 0 0
      14 | reserve c 10 supersedes=b     | closeHold reserve                    | 0 10 0
      15 | settle b 1 max=20             | HOLD_CLOSED state=expired credits=0  | 0 10 0
      16 | release c                     | release                              | 10 0 0
      17 | reserve d 10 supersedes=b     | reserve                              | 0 10 0
    `);
    const closed = player.entries.find(({ type }) => type === 'closeHold');
    expect(closed?.id).toBe(lateId(holdIdOf('a')));
    expect(parseEntry(closed!)).toMatchObject({ holdId: holdIdOf('a'), postings: [], reasonCode: 'superseded' });
  });

  it('creates the very document that a late settle creates, whoever of the two did not see the other', () => {
    const player = expectTable(`
      1  | grant g bonus 10        | grant      | 10 0 0
      2  | reserve a 10 ttl=5      | reserve    | 0 10 0
      8  | tick                    | expireHold | 10 0 0
    `);
    const both = ['settle a max=20', 'reserve b 10 supersedes=a'].map((words) => {
      const decision = decide(player.wallet, player.found(commandOf(words)), commandOf(words), 9_000);
      return decision.kind === 'accepted' ? decision.entries.map(({ id }) => id) : said(decision);
    });
    for (const ids of both) expect(ids).toContain(lateId(holdIdOf('a')));
  });

  it('decides an older wallet as it is: a settle claims the end that exists already', () => {
    const player = expectTable(`
      1  | grant g bonus 10        | grant   | 10 0 0
      2  | reserve a 10 ttl=5      | reserve | 0 10 0
    `);
    const older = player.wallet;
    expectTable('8  | tick | expireHold | 10 0 0', player);
    const command = commandOf('settle a max=20');
    const decision = decide(older, player.found(command), command, 6_000);
    expect(decision.kind === 'accepted' && decision.entries.map(({ id }) => id)).toEqual([endId(holdIdOf('a'))]);
  });
});
