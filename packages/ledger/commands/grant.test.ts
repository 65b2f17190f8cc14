// grant: what comes in, when it may come, and what it repays.
import { describe, expect, it } from '@jest/globals';
import { grantsMax, holdsOpenMax, walletBytesMax } from '../limits.ts';
import { newPlayer } from '../testing/player.ts';
import { commandOf, expectTable } from '../testing/table.ts';

describe('grant', () => {
  it('adds credits of every kind', () => {
    expectTable(`
      1 | grant a signup 50            | grant | 50 0 0
      2 | grant b free 1               | grant | 51 0 0
      3 | grant c bonus 10 expires=99  | grant | 61 0 0
      4 | grant d plan 500             | grant | 561 0 0
      5 | grant e purchase 1000        | grant | 1561 0 0
    `);
  });

  it('refuses in order: its fields, then another body under its key, then what the wallet cannot take', () => {
    expectTable(`
      1 | grant a gift -1 expires=0.0005            | VALIDATION_FAILED kind credits expiresAt | 0 0 0
      1 | grant a bonus 0                           | VALIDATION_FAILED credits                | 0 0 0
      1 | grant a bonus 1.5                         | VALIDATION_FAILED credits                | 0 0 0
      1 | grant a bonus 1                           | grant                                    | 1 0 0
      2 | grant a bonus 9007199254740991 expires=1  | DUPLICATE_OPERATION                      | 1 0 0
      2 | grant b bonus 9007199254740991 expires=2  | VALIDATION_FAILED expiresAt              | 1 0 0
      2 | grant b bonus 9007199254740991            | VALIDATION_FAILED credits                | 1 0 0
      2 | grant b bonus 9007199254740990            | grant                                    | 9007199254740991 0 0
      2 | grant c bonus 1                           | VALIDATION_FAILED credits                | 9007199254740991 0 0
    `);
  });

  it('counts everything ever issued against the greatest amount, not what is left', () => {
    expectTable(`
      1 | grant a bonus 9007199254740991   | grant                     | 9007199254740991 0 0
      1 | deduct b 9007199254740991        | deduct                    | 0 0 0
      1 | grant c bonus 1                  | VALIDATION_FAILED credits | 0 0 0
    `);
  });

  it('must end in the future, a millisecond is enough', () => {
    expectTable(`
      10     | grant a bonus 5 expires=9.999  | VALIDATION_FAILED expiresAt | 0 0 0
      10     | grant a bonus 5 expires=10     | VALIDATION_FAILED expiresAt | 0 0 0
      10     | grant a bonus 5 expires=10.001 | grant                       | 5 0 0
      10.001 | tick                           | expireGrant                 | 0 0 0
    `);
  });

  it('replays its stored answer for ever, also after the credits have expired', () => {
    expectTable(`
      1   | grant a bonus 5 expires=10  | grant               | 5 0 0
      2   | grant a bonus 5 expires=10  | replay grant        | 5 0 0
      100 | grant a bonus 5 expires=10  | replay grant        | 0 0 0
      100 | grant a bonus 6 expires=10  | DUPLICATE_OPERATION | 0 0 0
    `);
  });

  it('goes on when the wallet is frozen', () => {
    expectTable(`
      1 | freeze           | configure     |
      1 | grant a bonus 5  | grant | 5 0 0
    `);
  });

  it('repays debt first', () => {
    expectTable(
      `
      1 | deduct a 7            | deduct | 0 0 7
      2 | grant b bonus 5       | grant  | 0 0 2
      3 | grant c bonus 5       | grant  | 3 0 0
      `,
      newPlayer({ overdraftLimit: 7 }),
    );
  });

  it('turns what holds were lent into credits of the grant that repays it', () => {
    const player = expectTable(
      `
      1 | grant a bonus 4       | grant   | 4 0 0
      2 | reserve r 10          | reserve | 0 10 6
      3 | grant b purchase 2    | grant   | 0 10 4
      4 | grant c purchase 9    | grant   | 5 10 0
      5 | release r             | release | 15 0 0
      6 | deduct d 15           | deduct  | 0 0 0
      `,
      newPlayer({ overdraftLimit: 6 }),
    );
    expect(player.wallet.grants).toEqual([]);
  });

  it('lets no hold draw on more grants than it may, however many repay what it was lent', () => {
    const player = newPlayer({ overdraftLimit: 100 });
    expectTable('1 | reserve r 20 | reserve | 0 20 20', player);
    for (let n = 1; n <= 20; n++)
      expectTable(`2 | grant g${n} bonus 1 expires=${100 + n} | grant | 0 20 ${20 - n}`, player);
    const [hold] = Object.values(player.wallet.holds);
    expect(hold?.allocations.map(({ credits }) => credits)).toEqual([...Array<number>(15).fill(1), 5]);
    expectTable('3 | release r | release | 20 0 0', player);
  });

  it(`takes promotional credits up to ${grantsMax} grants, paid ones always`, () => {
    const player = newPlayer();
    for (let n = 1; n < grantsMax; n++) player.play(commandOf(`grant g${n} bonus 1 expires=${100 + n}`), 1_000);
    expectTable(
      `
      2 | grant last bonus 1             | grant                  | 256 0 0
      2 | grant more signup 1            | VALIDATION_FAILED kind | 256 0 0
      2 | grant equal bonus 1            | grant                  | 257 0 0
      2 | grant paid purchase 1          | grant                  | 258 0 0
      2 | grant period plan 1 expires=50 | grant                  | 259 0 0
      3 | deduct d 1                     | deduct                 | 258 0 0
      4 | grant more signup 1            | VALIDATION_FAILED kind | 258 0 0
      4 | deduct e 1                     | deduct                 | 257 0 0
      5 | grant more signup 1            | grant                  | 258 0 0
      `,
      player,
    );
  });

  it(`weighs at most ${walletBytesMax} bytes with all its grants and holds`, () => {
    const player = newPlayer();
    for (let n = 0; n < grantsMax; n++) player.play(commandOf(`grant g${n} bonus 7 expires=${9e9 + n}`), 1_000);
    for (let n = 0; n < holdsOpenMax; n++) player.play(commandOf(`reserve r${n} 15 by=${'f'.repeat(32)}`), 2_000);
    const { grants, holds } = player.wallet;
    expect([grants.length, Object.keys(holds).length]).toEqual([grantsMax, holdsOpenMax]);
    expect(Buffer.byteLength(JSON.stringify(player.wallet))).toBeLessThan(walletBytesMax);
    expect(player.violations()).toEqual([]);
  });
});
