// Caps: operations a minute, credits a day and a month, in UTC, counted in the wallet.
import { describe, expect, it } from '@jest/globals';
import { decide } from './decide.ts';
import { newPlayer } from './testing/player.ts';
import { commandOf, expectTable } from './testing/table.ts';

describe('operations a minute', () => {
  it('are counted at reserve and deduct alone, by the UTC minute; a refusal and a repeat count for nothing', () => {
    expectTable(`
      61     | grant g bonus 100          | grant                                       | 100 0 0
      61     | configure c perMinute=3    | configure                                   | 100 0 0
      61     | reserve a 1                | reserve                                     | 99 1 0
      62     | reserve a 1                | replay reserve open                         | 99 1 0
      62     | deduct b 999               | INSUFFICIENT_CREDITS required=999 available=99 | 99 1 0
      63     | deduct b 1                 | deduct                                      | 98 1 0
      64     | settle a                   | settle                                      | 98 0 0
      65     | grant h bonus 1            | grant                                       | 99 0 0
      119    | deduct d 0                 | deduct                                      | 99 0 0
      119.75 | deduct e 0                 | RATE_LIMITED limit=3 retryAfterMs=250       | 99 0 0
      119.75 | reserve e 0                | RATE_LIMITED limit=3 retryAfterMs=250       | 99 0 0
      119.75 | deduct d 0                 | replay deduct                               | 99 0 0
      120    | deduct e 0                 | deduct                                      | 99 0 0
      121    | configure k perMinute=0    | configure                                   | 99 0 0
      121    | deduct f 0                 | RATE_LIMITED limit=0 retryAfterMs=59000     | 99 0 0
      122    | configure l caps=none      | configure                                   | 99 0 0
      122    | deduct f 0                 | deduct                                      | 99 0 0
    `);
  });

  it('are told by the answer of what counted: how the minute stands after it', () => {
    const player = newPlayer();
    const minute = (words: string, at: number): unknown => {
      const decision = player.play(commandOf(words), at);
      return decision.kind === 'accepted' ? decision.answer?.perMinute : decision.kind;
    };
    expect(minute('deduct a 0', 61_000)).toBeUndefined();
    expect(minute('deduct b 0 perMinuteMax=2', 61_000)).toEqual({ limit: 2, used: 1, since: 60_000 });
    expect(minute('reserve c 0 perMinuteMax=2', 119_000)).toEqual({ limit: 2, used: 2, since: 60_000 });
    expect(minute('settle c', 119_000)).toBeUndefined();
    expect(minute('deduct d 0 perMinuteMax=2', 120_000)).toEqual({ limit: 2, used: 1, since: 120_000 });
    expect(minute('deduct d 0 perMinuteMax=2', 120_000)).toBe('replayed');
  });

  it('are bounded by the command where the wallet has no cap, by the wallet where it has; without either uncounted', () => {
    const player = expectTable(`
      61 | deduct a 0                  | deduct                                   |
      61 | deduct b 0 perMinuteMax=1   | deduct                                   |
      61 | deduct c 0 perMinuteMax=1   | RATE_LIMITED limit=1 retryAfterMs=59000  |
      61 | deduct c 0                  | deduct                                   |
      62 | configure k perMinute=2     | configure                                |
      62 | deduct d 0 perMinuteMax=1   | deduct                                   |
      62 | deduct e 0 perMinuteMax=9   | RATE_LIMITED limit=2 retryAfterMs=58000  |
    `);
    expect(player.wallet.windows).toEqual({ perMinute: { since: 60_000, used: 2 } });
    expect(expectTable('1 | deduct a 0 | deduct |').wallet).not.toHaveProperty('windows');
  });

  it('are refused behind the key, the hold and the status, before bounds and funds', () => {
    expectTable(`
      61 | configure c perMinute=1          | configure                                |
      61 | reserve a 0                      | reserve                                  |
      61 | deduct d 999                     | RATE_LIMITED limit=1 retryAfterMs=59000  |
      61 | reserve a 9                      | DUPLICATE_OPERATION                      |
      61 | reserve b 9 supersedes=gone      | HOLD_NOT_FOUND                           |
      61 | freeze                           | configure                                |
      61 | reserve b 9 supersedes=a         | WALLET_FROZEN                            |
      61 | deduct d 9                       | WALLET_FROZEN                            |
      61 | thaw                             | configure                                |
      61 | reserve b 0 supersedes=a         | RATE_LIMITED limit=1 retryAfterMs=59000  |
      61 | settle a                         | settle                                   |
    `);
  });
});

describe('credits a day', () => {
  it('count when they are set aside or charged, at the cap and not past it, until the UTC day ends', () => {
    expectTable(`
      1       | grant g bonus 100        | grant                                                              | 100 0 0
      1       | configure c daily=10     | configure                                                          | 100 0 0
      2       | deduct a 4               | deduct                                                             | 96 0 0
      3       | reserve b 7              | CAP_EXCEEDED cap=daily limit=10 used=4 required=7 resetsAt=86400000 | 96 0 0
      3       | reserve b 6 ttl=86400    | reserve                                                            | 90 6 0
      4       | deduct d 1               | CAP_EXCEEDED cap=daily limit=10 used=10 required=1 resetsAt=86400000 | 90 6 0
      4       | deduct d 0               | deduct                                                             | 90 6 0
      86399.999 | deduct e 1             | CAP_EXCEEDED cap=daily limit=10 used=10 required=1 resetsAt=86400000 | 90 6 0
      86400   | deduct e 10              | deduct                                                             | 80 6 0
      86401   | release b                | release                                                            | 86 0 0
      86402   | deduct f 1               | CAP_EXCEEDED cap=daily limit=10 used=10 required=1 resetsAt=172800000 | 86 0 0
    `);
  });

  it('come back with what a hold of the same day returns: settled for less, released, expired', () => {
    expectTable(`
      1  | grant g bonus 100        | grant            | 100 0 0
      1  | configure c daily=10     | configure        | 100 0 0
      2  | reserve a 10             | reserve          | 90 10 0
      3  | settle a 4               | settle           | 96 0 0
      4  | reserve b 6              | reserve          | 90 6 0
      5  | release b                | release          | 96 0 0
      6  | reserve d 6 ttl=4        | reserve          | 90 6 0
      10 | deduct e 6               | expireHold deduct | 90 0 0
      11 | deduct f 1               | CAP_EXCEEDED cap=daily limit=10 used=10 required=1 resetsAt=86400000 | 90 0 0
    `);
  });

  it('never refuse the work that was done: what a settle takes above its hold, or late, is counted beyond the cap', () => {
    const player = expectTable(`
      1  | grant g bonus 100        | grant                   | 100 0 0
      1  | configure c daily=10     | configure               | 100 0 0
      2  | reserve a 6              | reserve                 | 94 6 0
      2  | reserve b 4 ttl=3        | reserve                 | 90 10 0
      3  | settle a 12 max=12       | settle                  | 84 4 0
      6  | settle b 4 max=9         | expireHold lateSettle   | 84 0 0
    `);
    expect(player.wallet.windows?.daily).toEqual({ since: 0, used: 16, from: 1_000 });
  });

  it('that are waived do not count; a cap that is lifted and set again counts anew', () => {
    const player = expectTable(`
      1 | configure a unmetered=true daily=5 | configure | 0 0 0
      2 | deduct d 50                        | deduct    | 0 0 0
      3 | reserve r 50                       | reserve   | 0 0 0
      4 | settle r 50                        | settle    | 0 0 0
      5 | configure b unmetered=false        | configure | 0 0 0
      6 | grant g bonus 100                  | grant     | 100 0 0
      7 | deduct e 5                         | deduct    | 95 0 0
      8 | configure f monthly=50             | configure | 95 0 0
      9 | configure h daily=5                | configure | 95 0 0
      9 | deduct i 5                         | deduct    | 90 0 0
    `);
    expect(player.wallet).toMatchObject({ caps: { daily: 5 }, windows: { daily: { since: 0, used: 5, from: 9_000 } } });
  });

  it('do not come back for what was set aside before the cap was set', () => {
    const player = expectTable(`
      1 | grant g bonus 100     | grant     | 100 0 0
      2 | reserve a 9           | reserve   | 91 9 0
      3 | configure c daily=5   | configure | 91 9 0
      4 | deduct d 5            | deduct    | 86 9 0
      5 | release a             | release   | 95 0 0
      6 | deduct e 1            | CAP_EXCEEDED cap=daily limit=5 used=5 required=1 resetsAt=86400000 | 95 0 0
      7 | configure f daily=6   | configure | 95 0 0
      8 | deduct e 1            | deduct    | 94 0 0
    `);
    expect(player.wallet.windows?.daily).toEqual({ since: 0, used: 6, from: 3_000 });
  });
});

describe('credits a month', () => {
  it('count by the UTC calendar month, leap years too', () => {
    const at = (date: string): number => Date.parse(date);
    const player = newPlayer();
    const play = (words: string, date: string) => player.play(commandOf(words), at(date));
    play('grant g bonus 100', '2028-02-01T00:00:00Z');
    play('configure c monthly=10', '2028-02-01T00:00:00Z');
    expect(play('deduct a 10', '2028-02-01T00:00:00Z')).toMatchObject({ kind: 'accepted' });
    const refusal = decide(player.wallet, new Map(), commandOf('deduct b 1'), at('2028-02-29T23:59:59.999Z'));
    expect(refusal).toMatchObject({
      rejection: { code: 'CAP_EXCEEDED', data: { cap: 'monthly', used: 10, resetsAt: at('2028-03-01T00:00:00Z') } },
    });
    expect(play('deduct b 10', '2028-03-01T00:00:00Z')).toMatchObject({ kind: 'accepted' });
    expect(play('deduct d 1', '2028-12-31T23:59:59.999Z')).toMatchObject({ kind: 'accepted' });
    expect(player.wallet.windows?.monthly).toEqual({ since: at('2028-12-01T00:00:00Z'), used: 1 });
    expect(player.violations()).toEqual([]);
  });
});
