// reserve: which credits a hold takes, what refuses it, and how it supersedes an earlier attempt.
import { describe, expect, it } from '@jest/globals';
import { decide } from '../decide.ts';
import { holdAllocationsMax, holdsOpenMax, holdTtlMsMax, holdTtlMsMin } from '../limits.ts';
import { holdIdOf, newPlayer } from '../testing/player.ts';
import { commandOf, expectTable } from '../testing/table.ts';

describe('reserve', () => {
  it('sets credits aside, down to the last one and not beyond', () => {
    expectTable(`
      1 | grant g bonus 10  | grant                                            | 10 0 0
      2 | reserve a 4       | reserve                                          | 6 4 0
      3 | reserve b 7       | INSUFFICIENT_CREDITS required=7 available=6      | 6 4 0
      3 | reserve b 6       | reserve                                          | 0 10 0
      4 | reserve c 1       | INSUFFICIENT_CREDITS required=1 available=0      | 0 10 0
      4 | reserve d 9007199254740991 | INSUFFICIENT_CREDITS required=9007199254740991 available=0 | 0 10 0
    `);
  });

  it('holds nothing for a free operation, on an empty wallet, and records it', () => {
    expectTable(`
      1 | reserve a 0   | reserve        | 0 0 0
      2 | settle a      | settle         | 0 0 0
      3 | reserve a 0   | replay reserve settled 0 | 0 0 0
      4 | reserve b 0   | reserve        | 0 0 0
      5 | release b     | release        | 0 0 0
    `);
  });

  it('answers a repeat with the stored entry and says how its hold stands now', () => {
    expectTable(`
      1   | grant g bonus 100 | grant                      | 100 0 0
      2   | reserve a 10      | reserve                    | 90 10 0
      3   | reserve a 10      | replay reserve open        | 90 10 0
      3   | reserve a 11      | DUPLICATE_OPERATION        | 90 10 0
      4   | settle a 3        | settle                     | 97 0 0
      5   | reserve a 10      | replay reserve settled 3   | 97 0 0
      6   | reserve b 10      | reserve                    | 87 10 0
      7   | release b         | release                    | 97 0 0
      8   | reserve b 10      | replay reserve released    | 97 0 0
      9   | reserve c 10 ttl=5 | reserve                   | 87 10 0
      13.999 | reserve c 10 ttl=5 | replay reserve open   | 87 10 0
      14  | reserve c 10 ttl=5 | replay reserve expired    | 97 0 0
      15  | tick              | expireHold                 | 97 0 0
      16  | reserve c 10 ttl=5 | replay reserve expired    | 97 0 0
    `);
  });

  it('refuses in order: fields, key, superseded hold, frozen wallet, number of holds, funds', () => {
    const player = expectTable(`
      1 | grant g bonus 200  | grant   | 200 0 0
      1 | reserve used 1     | reserve | 199 1 0
    `);
    for (let n = 2; n <= holdsOpenMax; n++) expectTable(`1 | reserve hold-${n} 1 | reserve |`, player);
    expectTable(
      `
      2 | freeze                                     | configure                         |
      2 | reserve used 999 ttl=0.5 supersedes=gone   | VALIDATION_FAILED ttlMs   | 100 100 0
      2 | reserve used 999 supersedes=gone           | DUPLICATE_OPERATION       | 100 100 0
      2 | reserve new 999 supersedes=gone            | HOLD_NOT_FOUND            | 100 100 0
      2 | reserve new 999 supersedes=used by=render  | FORBIDDEN                 | 100 100 0
      2 | reserve new 999 supersedes=used            | WALLET_FROZEN             | 100 100 0
      2 | reserve new 999                            | WALLET_FROZEN             | 100 100 0
      2 | thaw                                       | configure                         |
      2 | reserve new 999                            | HOLD_LIMIT bound=openHolds limit=100 | 100 100 0
      2 | reserve new 999 supersedes=used            | INSUFFICIENT_CREDITS required=999 available=101 | 100 100 0
      2 | reserve new 101 supersedes=used            | release reserve           | 0 200 0
      `,
      player,
    );
  });

  it(`keeps at most ${holdsOpenMax} holds open, free ones too`, () => {
    const player = newPlayer();
    for (let n = 1; n < holdsOpenMax; n++) expectTable(`1 | reserve hold-${n} 0 | reserve |`, player);
    expectTable(
      `
      2 | reserve hold-100 0  | reserve                              | 0 0 0
      2 | reserve hold-101 0  | HOLD_LIMIT bound=openHolds limit=100 | 0 0 0
      3 | release hold-7      | release                              | 0 0 0
      3 | reserve hold-101 0  | reserve                              | 0 0 0
      `,
      player,
    );
  });

  it(`draws on at most ${holdAllocationsMax} grants`, () => {
    const player = newPlayer();
    for (let n = 0; n <= holdAllocationsMax; n++)
      expectTable(`1 | grant g${n} bonus 1 expires=${100 + n} | grant |`, player);
    expectTable(
      `
      2 | reserve a 17  | HOLD_LIMIT bound=allocations limit=16 | 17 0 0
      2 | reserve a 16  | reserve                               | 1 16 0
      `,
      player,
    );
  });

  it('lives from a second to a day', () => {
    expect([holdTtlMsMin, holdTtlMsMax]).toEqual([1_000, 86_400_000]);
    expectTable(`
      1     | reserve a 0 ttl=0.999     | VALIDATION_FAILED ttlMs    | 0 0 0
      1     | reserve a 0 ttl=1         | reserve                    | 0 0 0
      1     | reserve b 0 ttl=86400.001 | VALIDATION_FAILED ttlMs    | 0 0 0
      1     | reserve b 0 ttl=86400     | reserve                    | 0 0 0
      1.999 | reserve a 0 ttl=1         | replay reserve open        | 0 0 0
      2     | reserve a 0 ttl=1         | replay reserve expired     | 0 0 0
      86400 | tick                      | expireHold                 | 0 0 0
      86401 | tick                      | expireHold                 | 0 0 0
    `);
  });

  it('takes soonest expiry first, then promotional, then oldest', () => {
    const player = expectTable(`
      1 | grant paid-old purchase 10          | grant   | 10 0 0
      1 | grant bonus-old bonus 10            | grant   | 20 0 0
      1 | grant bonus-new signup 10           | grant   | 30 0 0
      1 | grant late plan 10 expires=100      | grant   | 40 0 0
      1 | grant soon-paid plan 10 expires=50  | grant   | 50 0 0
      1 | grant soon-free free 10 expires=50  | grant   | 60 0 0
      2 | reserve a 45                        | reserve | 15 45 0
    `);
    const names = new Map(player.entries.map(({ id, seq }) => [id, seq]));
    expect(player.wallet.holds[holdIdOf('a')]?.allocations.map((a) => [names.get(a.grantId), a.credits])).toEqual([
      [6, 10],
      [5, 10],
      [4, 10],
      [2, 10],
      [3, 5],
    ]);
  });

  it('never spends credits at or past their expiry, written or not', () => {
    expectTable(`
      1  | grant a bonus 5 expires=10  | grant                                       | 5 0 0
      1  | grant b bonus 5             | grant                                       | 10 0 0
      10 | reserve r 6                 | INSUFFICIENT_CREDITS required=6 available=5 | 5 0 0
      10 | reserve r 5                 | expireGrant reserve                         | 0 5 0
    `);
  });
});

describe('reserve that supersedes', () => {
  it('releases an open hold in the same decision and uses its credits', () => {
    expectTable(`
      1 | grant g bonus 10              | grant                             | 10 0 0
      2 | reserve a 10                  | reserve                           | 0 10 0
      3 | reserve b 10 supersedes=a     | release reserve                   | 0 10 0
      4 | settle a                      | HOLD_CLOSED state=released credits=0 | 0 10 0
      4 | release a                     | HOLD_CLOSED state=released credits=0 | 0 10 0
      4 | release a reason=superseded   | HOLD_CLOSED state=released credits=0 | 0 10 0
      5 | reserve b 10 supersedes=a     | replay reserve open               | 0 10 0
      6 | settle b 4                    | settle                            | 6 0 0
    `);
  });

  it('does not go on where the end was read and the reserve, which names the account, was not', () => {
    const player = expectTable(`
      1 | grant g bonus 10          | grant      | 10 0 0
      2 | reserve a 10 ttl=1        | reserve    | 0 10 0
      4 | tick                      | expireHold | 10 0 0
    `);
    const command = commandOf('reserve b 10 supersedes=a by=render');
    const end = player.entries.at(-1)!;
    const rejection = { code: 'HOLD_NOT_FOUND' };
    expect(decide(player.wallet, new Map([[end.id, end]]), command, 5_000)).toMatchObject({ rejection });
  });

  it('decides an older wallet as it is when the end that was read is newer: its held credits still pay', () => {
    const player = expectTable(`
      1 | grant g bonus 10 | grant   | 10 0 0
      2 | reserve a 10     | reserve | 0 10 0
    `);
    const older = player.wallet;
    expectTable('3 | release a | release | 10 0 0', player);
    const command = commandOf('reserve b 10 supersedes=a');
    expect(decide(older, player.found(command), command, 4_000)).toMatchObject({ kind: 'accepted' });
  });

  it('goes on where the earlier attempt was released or has expired', () => {
    expectTable(`
      1  | grant g bonus 10                | grant                   | 10 0 0
      2  | reserve a 10                    | reserve                 | 0 10 0
      3  | release a                       | release                 | 10 0 0
      4  | reserve b 10 supersedes=a ttl=6 | reserve                 | 0 10 0
      10 | reserve c 10 supersedes=b ttl=6 | expireHold closeHold reserve | 0 10 0
      16 | tick                            | expireHold              | 10 0 0
      17 | reserve d 10 supersedes=c       | closeHold reserve       | 0 10 0
    `);
  });

  it('is refused where the earlier attempt was settled, and says what was charged', () => {
    expectTable(`
      1 | grant g bonus 10           | grant                               | 10 0 0
      2 | reserve a 5                | reserve                             | 5 5 0
      3 | settle a 4                 | settle                              | 6 0 0
      4 | reserve b 5 supersedes=a   | HOLD_CLOSED state=settled credits=4 | 6 0 0
      4 | freeze                     | configure                                   |
      4 | reserve b 5 supersedes=a   | HOLD_CLOSED state=settled credits=4 | 6 0 0
    `);
  });

  it('is for the account of the earlier attempt alone, however that ended', () => {
    expectTable(`
      1  | grant g bonus 10                    | grant           | 10 0 0
      2  | reserve a 1 ttl=5                   | reserve         | 9 1 0
      3  | reserve b 1 supersedes=a by=render  | FORBIDDEN       | 9 1 0
      7  | reserve b 1 supersedes=a by=render  | FORBIDDEN       | 10 0 0
      8  | tick                                | expireHold      | 10 0 0
      9  | reserve b 1 supersedes=a by=render  | FORBIDDEN       | 10 0 0
      10 | reserve c 1                         | reserve         | 9 1 0
      11 | settle c                            | settle          | 9 0 0
      12 | reserve d 1 supersedes=c by=render  | FORBIDDEN       | 9 0 0
      13 | reserve b 1 supersedes=a            | closeHold reserve | 8 1 0
    `);
  });

  it('cannot use credits that came back after their grant had expired', () => {
    expectTable(`
      1  | grant g bonus 10 expires=10   | grant                                        | 10 0 0
      2  | reserve a 10                  | reserve                                      | 0 10 0
      11 | reserve b 10 supersedes=a     | INSUFFICIENT_CREDITS required=10 available=0 | 0 10 0
      12 | grant h bonus 10              | grant                                        | 10 10 0
      13 | reserve b 10 supersedes=a     | release expireGrant reserve                  | 0 10 0
    `);
  });

  it('leaves the earlier hold open when it is refused', () => {
    expectTable(`
      1 | grant g bonus 10              | grant                                          | 10 0 0
      2 | reserve a 4                   | reserve                                        | 6 4 0
      3 | reserve b 11 supersedes=a     | INSUFFICIENT_CREDITS required=11 available=10  | 6 4 0
      4 | settle a                      | settle                                         | 6 0 0
    `);
  });

  it('cannot supersede itself', () => {
    expectTable(`
      1 | reserve a 0 supersedes=a  | HOLD_NOT_FOUND | 0 0 0
    `);
  });
});

describe('reserve before everything was read', () => {
  it('leaves the state of a replayed hold open only where the end was not read', () => {
    const player = expectTable(`
      1 | reserve a 0  | reserve |
      2 | settle a     | settle  |
    `);
    const command = commandOf('reserve a 0');
    const found = new Map([...player.found(command)].filter(([id]) => id === holdIdOf('a')));
    const decision = player.play.call({ ...player, found: () => found }, command, 3_000);
    expect(decision).toMatchObject({ kind: 'replayed' });
    expect(decision.kind === 'replayed' && 'holdState' in decision.answer).toBe(false);
  });
});
