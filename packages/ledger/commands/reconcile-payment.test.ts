// Payments: the wallet has what a payment is worth by now, whatever came in whatever order, however often.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide, needs } from '../index.ts';
import type { Command } from '../index.ts';
import { newPlayer } from '../testing/player.ts';
import type { Player } from '../testing/player.ts';
import { commandOf, expectTable } from '../testing/table.ts';

const DAY = 86_400;

function grantsOf({ wallet }: Player): readonly string[] {
  return wallet.grants.map(({ kind, remaining, expiresAt }) =>
    [kind, remaining, ...(expiresAt === undefined ? [] : [`until ${expiresAt / 1000}`])].join(' '),
  );
}

describe('reconcilePayment', () => {
  it('grants once, claws back and reinstates the difference, and writes nothing where there is none', () => {
    const player = expectTable(`
      1 | pay pi_1 100                 | grant     | 100 0 0
      2 | pay pi_1 100 0 key=again     | -         | 100 0 0
      3 | pay pi_1 100 40              | clawback  | 60 0 0
      4 | pay pi_1 100 40 key=again-2  | -         | 60 0 0
      5 | pay pi_1 100 100             | clawback  | 0 0 0
      6 | pay pi_1 100 30              | reinstate | 70 0 0
      7 | pay pi_1 100 0 key=won       | reinstate | 100 0 0
      8 | pay pi_1 120                 | grant     | 120 0 0
      8 | pay pi_0 0                   | -         | 120 0 0
    `);
    expect([...player.facts.values()]).toEqual([
      {
        v: 1,
        kind: 'payment',
        paymentId: 'pi_1',
        granted: 120,
        clawedBack: 0,
        grantId: player.entries[0]?.id,
        grantKind: 'purchase',
        grantSeq: 1,
      },
    ]);
  });

  it('first seen when a part is refunded already, grants and claws back in one decision', () => {
    const player = expectTable(`
      1 | pay pi_1 100 40              | grant clawback  | 60 0 0
      2 | pay pi_1 100 40              | replay clawback | 60 0 0
      3 | pay pi_1 150 20 key=k        | grant reinstate | 130 0 0
    `);
    expect(player.entries.map(({ body }) => (JSON.parse(body) as { paymentId: string }).paymentId)).toEqual(
      Array(4).fill('pi_1'),
    );
  });

  it('answers a repeated key with the stored entry, whatever it came to, and refuses it for another target', () => {
    expectTable(`
      1 | pay pi_1 100 key=a           | grant               | 100 0 0
      2 | pay pi_1 100 10 key=b        | clawback            | 90 0 0
      3 | pay pi_1 100 0 key=c         | reinstate           | 100 0 0
      4 | pay pi_1 100 key=a           | replay grant        | 100 0 0
      4 | pay pi_1 100 10 key=b        | replay clawback     | 100 0 0
      4 | pay pi_1 100 0 key=c         | replay reinstate    | 100 0 0
      4 | pay pi_1 100 10 key=a        | DUPLICATE_OPERATION | 100 0 0
      4 | pay pi_2 100 key=b           | DUPLICATE_OPERATION | 100 0 0
    `);
  });

  it('refuses what no payment can be, and whom it is not for', () => {
    expectTable(`
      1 | pay pi_1 100                 | grant | 100 0 0
      2 | pay pi_1 90 key=less         | VALIDATION_FAILED granted    | 100 0 0
      2 | pay pi_1 100 101             | VALIDATION_FAILED clawedBack | 100 0 0
      2 | pay pi_1 100 -1              | VALIDATION_FAILED clawedBack | 100 0 0
      2 | pay pi_1 0.5                 | VALIDATION_FAILED granted    | 100 0 0
      2 | pay pi_2 5 by=user           | FORBIDDEN                    | 100 0 0
      2 | pay pi_2 5 expires=9 cap=1 until=20           | VALIDATION_FAILED rollover | 100 0 0
      2 | pay pi_2 5 kind=plan cap=1 until=20           | VALIDATION_FAILED rollover | 100 0 0
      2 | pay pi_2 5 kind=plan expires=9 cap=1 until=9  | VALIDATION_FAILED rollover | 100 0 0
      2 | pay pi_2 5 kind=plan expires=9 cap=0 until=20 | VALIDATION_FAILED rollover | 100 0 0
      2 | pay pi_2 9007199254740991    | VALIDATION_FAILED credits    | 100 0 0
    `);
  });

  it('grants what is known too late for its own deadline, for a week', () => {
    const player = expectTable(`
      50 | pay in_1 10 kind=plan expires=50 cap=4 until=90   | grant | 10 0 0
      50 | pay in_2 10 kind=plan expires=50.001              | grant | 20 0 0
    `);
    expect(grantsOf(player)).toEqual(['plan 10 until 50.001', `plan 10 until ${8 * DAY}`]);
  });

  it("claws that payment's credits back first, then paid ones, then promotional ones; what is gone is owed", () => {
    const player = expectTable(`
      1 | grant f free 10 expires=100            | grant    | 10 0 0
      1 | grant p plan 10 expires=200            | grant    | 20 0 0
      1 | pay pi_1 10                            | grant    | 30 0 0
      2 | pay pi_2 30 kind=plan expires=300      | grant    | 60 0 0
      3 | pay pi_2 30 5                          | clawback | 55 0 0
    `);
    expect(grantsOf(player)).toEqual(['free 10 until 100', 'plan 10 until 200', 'plan 25 until 300', 'purchase 10']);
    expectTable(
      `
      4 | deduct d 40                            | deduct   | 15 0 0
      5 | pay pi_2 30 18                         | clawback | 2 0 0
      `,
      player,
    );
    // 5 of its own were left, then the purchase; promotional credits had been spent.
    expect(grantsOf(player)).toEqual(['purchase 2']);
    expectTable(
      `
      6 | grant b bonus 4                        | grant    | 6 0 0
      7 | pay pi_2 30 21                         | clawback | 3 0 0
      8 | pay pi_2 30 30                         | clawback | 0 0 6
      9 | deduct e 1                             | INSUFFICIENT_CREDITS required=1 available=0 | 0 0 6
      10 | pay pi_2 30 0 key=won                 | reinstate | 24 0 0
      `,
      player,
    );
    expect(grantsOf(player)).toEqual(['plan 24 until 300']);
  });

  it('counts what holds have as spent, and their release repays the debt', () => {
    expectTable(`
      1 | pay pi_1 100                 | grant    | 100 0 0
      2 | reserve r 60                 | reserve  | 40 60 0
      3 | pay pi_1 100 100             | clawback | 0 60 60
      4 | release r                    | release  | 0 0 0
    `);
  });

  it('settles a hold over clawed back credits: the debt stays', () => {
    expectTable(`
      1 | pay pi_1 100                 | grant    | 100 0 0
      2 | reserve r 60                 | reserve  | 40 60 0
      3 | pay pi_1 100 100             | clawback | 0 60 60
      4 | settle r 50                  | settle   | 0 0 50
      5 | pay pi_2 80                  | grant    | 30 0 0
    `);
  });

  it('reinstates into the grant that the payment made, begun again, as long as that has not expired', () => {
    const player = expectTable(`
      1  | pay in_1 10 kind=plan expires=50        | grant     | 10 0 0
      2  | pay in_1 10 10 kind=plan expires=50     | clawback  | 0 0 0
      3  | pay in_1 10 4 kind=plan expires=50      | reinstate | 6 0 0
    `);
    expect(grantsOf(player)).toEqual(['plan 6 until 50']);
    expectTable(`60 | pay in_1 10 0 key=won | expireGrant reinstate | 4 0 0`, player);
    expect(grantsOf(player)).toEqual([`plan 4 until ${8 * DAY}`]);
    // Clawed back once more: out of the bucket where they are now.
    expectTable(`61 | pay in_1 10 3 key=lost | clawback | 1 0 0`, player);
  });

  it('reinstates a plan that rolls over as it was: its deadline and what goes on', () => {
    const player = expectTable(`
      1  | pay in_1 10 kind=plan expires=50 cap=4 until=90 | grant     | 10 0 0
      2  | pay in_1 10 10                                  | clawback  | 0 0 0
      3  | pay in_1 10 2                                   | reinstate | 8 0 0
      50 | tick                                            | rollover  | 4 0 0
    `);
    expect(grantsOf(player)).toEqual(['plan 4 until 90']);
  });

  it('says of each entry which payment it is, why, and what was paid', () => {
    const player = newPlayer();
    const paid = { amountMinor: 1_000, currency: 'usd' };
    player.play({ ...commandOf('pay pi_1 10'), paid } as Command, 1_000);
    expectTable('2 | pay pi_1 10 4 | clawback | 6 0 0', player);
    expect(player.entries.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { paymentId: 'pi_1', paid, reasonCode: 'test', grant: { source: 'pi_1', kind: 'purchase', credits: 10 } },
      { paymentId: 'pi_1', credits: 4, reasonCode: 'test', actor: { kind: 'service', pseudonym: 'billing' } },
    ]);
  });

  it('goes on in a frozen and in an indebted wallet', () => {
    expectTable(
      `
      1 | deduct d 5         | deduct    | 0 0 5
      2 | freeze             | configure | 0 0 5
      3 | pay pi_1 9         | grant     | 4 0 0
      4 | pay pi_1 9 9       | clawback  | 0 0 5
      5 | pay pi_1 9 0 key=k | reinstate | 4 0 0
      `,
      newPlayer({ overdraftLimit: 5 }),
    );
  });

  it('is undecided without its fact', () => {
    const { wallet } = newPlayer();
    const command = commandOf('pay pi_1 100');
    expect(decide(wallet, new Map(), command, 1_000)).toEqual({ kind: 'unread', facts: needs(command) });
  });

  it('comes to the same whatever the order and number of events, as long as the last one is the truth', () => {
    const event = fc.record({ granted: fc.constantFrom(0, 100), clawedBack: fc.integer({ min: 0, max: 100 }) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), fc.integer({ min: 0, max: 100 }), (events, last) => {
        const player = newPlayer();
        for (const [n, { granted, clawedBack }] of [...events, { granted: 100, clawedBack: last }].entries()) {
          player.play(commandOf(`pay pi_1 ${granted} ${Math.min(granted, clawedBack)} key=k${n}`), 1_000 + n);
        }
        const { issued, clawedBack, available, debt } = player.wallet.totals;
        expect([0 - issued, clawedBack, available, debt]).toEqual([100, last, 100 - last, 0]);
        expect(player.violations()).toEqual([]);
      }),
    );
  });
});
