// deduct: a charge at once.
import { describe, expect, it } from '@jest/globals';
import type { Command } from '../index.ts';
import { newPlayer } from '../testing/player.ts';
import { commandOf, expectTable } from '../testing/table.ts';

describe('deduct', () => {
  it('charges down to the last credit and not beyond', () => {
    expectTable(`
      1 | grant g bonus 10  | grant                                       | 10 0 0
      2 | deduct a 4        | deduct                                      | 6 0 0
      3 | deduct b 7        | INSUFFICIENT_CREDITS required=7 available=6 | 6 0 0
      3 | deduct b 6        | deduct                                      | 0 0 0
      4 | deduct c 1        | INSUFFICIENT_CREDITS required=1 available=0 | 0 0 0
      5 | deduct d 0        | deduct                                      | 0 0 0
    `);
  });

  it('cannot spend what is held', () => {
    expectTable(`
      1 | grant g bonus 10  | grant                                       | 10 0 0
      2 | reserve r 8       | reserve                                     | 2 8 0
      3 | deduct a 3        | INSUFFICIENT_CREDITS required=3 available=2 | 2 8 0
      4 | deduct a 2        | deduct                                      | 0 8 0
    `);
  });

  it('refuses in order: fields, key, frozen wallet, funds; a refusal burns no key', () => {
    expectTable(`
      1 | grant g bonus 10     | grant                                        | 10 0 0
      2 | deduct a 1           | deduct                                       | 9 0 0
      3 | freeze               | configure                                            |
      3 | deduct a -1          | VALIDATION_FAILED credits                    | 9 0 0
      3 | deduct a Infinity    | VALIDATION_FAILED credits                    | 9 0 0
      3 | deduct a 1e300       | VALIDATION_FAILED credits                    | 9 0 0
      3 | deduct a 2           | DUPLICATE_OPERATION                          | 9 0 0
      3 | deduct a 1           | replay deduct                                | 9 0 0
      3 | deduct b 99          | WALLET_FROZEN                                | 9 0 0
      3 | deduct b 0           | WALLET_FROZEN                                | 9 0 0
      3 | thaw                 | configure                                            |
      3 | deduct b 99          | INSUFFICIENT_CREDITS required=99 available=9 | 9 0 0
      4 | grant h bonus 90     | grant                                        | 99 0 0
      5 | deduct b 99          | deduct                                       | 0 0 0
      6 | deduct b 99          | replay deduct                                | 0 0 0
    `);
  });

  it('keeps the keys of deduct, reserve and grant apart', () => {
    expectTable(`
      1 | grant k bonus 10  | grant   | 10 0 0
      2 | deduct k 1        | deduct  | 9 0 0
      3 | reserve k 1       | reserve | 8 1 0
    `);
  });

  it('overdraws to the limit and not beyond; debt stands beside no credits', () => {
    expectTable(
      `
      1 | grant g bonus 2  | grant                                       | 2 0 0
      2 | deduct a 8       | INSUFFICIENT_CREDITS required=8 available=7 | 2 0 0
      2 | deduct a 4       | deduct                                      | 0 0 2
      3 | deduct b 4       | INSUFFICIENT_CREDITS required=4 available=3 | 0 0 2
      3 | deduct b 3       | deduct                                      | 0 0 5
      4 | deduct c 1       | INSUFFICIENT_CREDITS required=1 available=0 | 0 0 5
      5 | deduct d 0       | deduct                                      | 0 0 5
      `,
      newPlayer({ overdraftLimit: 5 }),
    );
  });

  it('stores what was asked for at that moment: its own copy of the parameters, and -0 as 0', () => {
    const player = newPlayer();
    const params: Record<string, number> = { words: 12 };
    const decision = player.play({ ...commandOf('deduct a -0'), params } as Command, 1_000);
    params['words'] = 13;
    expect(decision).toMatchObject({ kind: 'accepted', answer: { body: { params: { words: 12 } } } });
    expect(Object.is(decision.kind === 'accepted' && decision.answer?.body.credits, 0)).toBe(true);
  });
});
