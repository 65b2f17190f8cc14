// Faults of the baseline (notes on peers, section 5) that the pure core decides: the case is tried, the answer asserted.
import { describe, expect, it } from '@jest/globals';
import { decide, price } from './index.ts';
import type { Command, PriceBook } from './index.ts';
import { newPlayer } from './testing/player.ts';
import { commandOf, expectTable, said } from './testing/table.ts';

describe('the baseline let', () => {
  it('S5: a usage record be inflated before its refund: entries are immutable and a hold never settles above itself', () => {
    expectTable(`
      1 | grant g bonus 10  | grant                                | 10 0 0
      2 | reserve a 4       | reserve                              | 6 4 0
      3 | settle a 5        | VALIDATION_FAILED credits            | 6 4 0
      3 | settle a 4        | settle                               | 6 0 0
      4 | release a         | HOLD_CLOSED state=settled credits=4  | 6 0 0
    `);
  });

  it('S10: text length "abc" make the balance NaN: unsafe amounts are refused, nothing is written', () => {
    const player = expectTable('1 | grant g bonus 10 | grant | 10 0 0');
    const amounts = [NaN, Infinity, -1, 0.5, 2 ** 53, '3', [3], { valueOf: () => 3 }, null, undefined, true];
    for (const words of ['deduct k 1', 'reserve k 1', 'grant k bonus 1']) {
      for (const credits of amounts) {
        const command = { ...commandOf(words), credits } as unknown as Command;
        expect(said(player.play(command, 2_000))).toBe('VALIDATION_FAILED credits');
      }
    }
    expect(player.wallet.totals.available).toBe(10);
  });

  it('S11: price follow the shape of client input: quantities are bounded integers, operations own keys', () => {
    const book: PriceBook = [
      {
        version: 1,
        effectiveFrom: 0,
        prices: { narration: { kind: 'per', param: 'characters', unit: 100, credits: 1 } },
      },
    ];
    for (const characters of [['x'.repeat(100_000)], 0.003, '100', NaN]) {
      expect(() => price(book, 'narration', { characters } as never, 0)).toThrow(RangeError);
    }
    for (const operation of ['unknown', 'constructor', '__proto__']) {
      expect(() => price(book, operation, { characters: 1 }, 0)).toThrow(RangeError);
    }
  });

  it('S12: a free operation cost 1: it costs 0, works on an empty wallet and is recorded', () => {
    expectTable(`
      1 | deduct a 0   | deduct        | 0 0 0
      1 | reserve b 0  | reserve       | 0 0 0
      1 | settle b     | settle        | 0 0 0
      1 | deduct a 0   | replay deduct | 0 0 0
    `);
  });

  it('S15: a redelivered payment grant again: it grants by payment, whatever the number of events', () => {
    expectTable(`
      1 | pay pi_1 100 key=evt-1  | grant        | 100 0 0
      2 | pay pi_1 100 key=evt-1  | replay grant | 100 0 0
      2 | pay pi_1 100 key=evt-2  | -            | 100 0 0
      3 | pay in_1 0 key=evt-3    | -            | 100 0 0
    `);
  });

  it('S20: refunds and disputes go unhandled: the spent part is debt, a won dispute restores exactly that', () => {
    expectTable(`
      1 | pay pi_1 100              | grant     | 100 0 0
      2 | deduct d 70               | deduct    | 30 0 0
      3 | pay pi_1 100 100 key=lost | clawback  | 0 0 70
      4 | deduct e 1                | INSUFFICIENT_CREDITS required=1 available=0 | 0 0 70
      5 | pay pi_1 100 0 key=won    | reinstate | 30 0 0
    `);
  });

  it('S32: the same refund twice mint: the sum of refunds never exceeds the recorded charge', () => {
    expectTable(`
      1 | grant g bonus 10          | grant         | 10 0 0
      2 | deduct d 6                | deduct        | 4 0 0
      3 | refund deduct:d 6 key=a   | refund        | 10 0 0
      3 | refund deduct:d 6 key=a   | replay refund | 10 0 0
      4 | refund deduct:d 6 key=b   | REFUND_EXCEEDS_CHARGE charged=6 refunded=6 refundable=0 required=6 | 10 0 0
    `);
  });

  it('S24: five operations pass for one charge under one key: a repeat gets the stored answer and charges nothing', () => {
    const player = expectTable(`
      1 | grant g bonus 10  | grant                    | 10 0 0
      2 | deduct k 3        | deduct                   | 7 0 0
      3 | deduct k 3        | replay deduct            | 7 0 0
      3 | deduct k 3        | replay deduct            | 7 0 0
      4 | reserve k 3       | reserve                  | 4 3 0
      5 | reserve k 3       | replay reserve open      | 4 3 0
      6 | settle k          | settle                   | 4 0 0
      7 | reserve k 3       | replay reserve settled 3 | 4 0 0
    `);
    expect(player.entries).toHaveLength(4);
  });

  it("S25: a cheap operation's or another wallet's key pay for a dear one", () => {
    const player = expectTable(`
      1 | grant g bonus 10      | grant               | 10 0 0
      2 | deduct k 1 op=story   | deduct              | 9 0 0
      3 | deduct k 5 op=render  | DUPLICATE_OPERATION | 9 0 0
      3 | reserve k 5 op=render | reserve             | 4 5 0
    `);
    const command = commandOf('deduct k 1 op=story');
    const other = newPlayer({ walletId: 'another' });
    const found = new Map([...player.found(command), ...other.found(command)]);
    expect(said(decide(other.wallet, found, command, 2_000))).toBe('INSUFFICIENT_CREDITS required=1 available=0');
  });

  it('S28: a key be a path: any visible ASCII works as it is, anything else is refused', () => {
    const player = newPlayer();
    const keys = ['a/b', 'a/b/c', '__x__', '.', '..', '~!"#$%&()*+,-/:;<=>?@[]^`{|}'];
    for (const key of keys) {
      expect(said(player.play({ ...commandOf('deduct k 0'), key } as Command, 1_000))).toBe('deduct');
    }
    expect(new Set(player.entries.map(({ id }) => id)).size).toBe(keys.length);
    expect(player.entries.every(({ id }) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
    for (const key of ['', 'a b', 'ä', 'x'.repeat(256), 7, null]) {
      expect(said(player.play({ ...commandOf('deduct k 0'), key } as Command, 1_000))).toBe('VALIDATION_FAILED key');
    }
  });

  it('S30 and S35: failed or vanished work keep the money: release and expiry return it', () => {
    expectTable(`
      1   | grant g bonus 10  | grant                                | 10 0 0
      2   | reserve a 4       | reserve                              | 6 4 0
      3   | release a         | release                              | 10 0 0
      4   | reserve b 4 ttl=5 | reserve                              | 6 4 0
      9   | deduct z 10       | expireHold deduct                    | 0 0 0
    `);
  });

  it('S31: failed, then completed be accepted: an end is final, repeats replay, the opposite moves nothing', () => {
    expectTable(`
      1 | grant g bonus 10  | grant                                | 10 0 0
      2 | reserve a 4       | reserve                              | 6 4 0
      3 | release a         | release                              | 10 0 0
      4 | settle a          | HOLD_CLOSED state=released credits=0 | 10 0 0
      5 | release a         | replay release                       | 10 0 0
      6 | reserve b 4       | reserve                              | 6 4 0
      7 | settle b          | settle                               | 6 0 0
      8 | release b         | HOLD_CLOSED state=settled credits=4  | 6 0 0
      9 | settle b          | replay settle                        | 6 0 0
    `);
  });

  it('S34: a refused request cost: no refusal writes, burns its key or moves a credit', () => {
    const player = expectTable('1 | grant g bonus 3 | grant | 3 0 0');
    for (const words of [
      'deduct k 4',
      'reserve k 4',
      'deduct k -4',
      'settle gone',
      'release gone',
      'grant g bonus 4',
    ]) {
      const before = player.wallet;
      expect(player.play(commandOf(words), 2_000).kind).toBe('rejected');
      expect(player.wallet).toBe(before);
    }
    expectTable(
      `
      3 | grant h bonus 1  | grant  | 4 0 0
      3 | deduct k 4       | deduct | 0 0 0
      `,
      player,
    );
  });
});
