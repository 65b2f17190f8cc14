// What a refusal tells people: what was wrong, where, and what would be right.
import { describe, expect, it } from '@jest/globals';
import { newPlayer } from '../testing/player.ts';
import { commandOf, expectTable } from '../testing/table.ts';

const day = 86_400;

describe('a refusal says', () => {
  it.each([
    ['configure c', '', 'must set unmetered, status, overdraftLimit or caps'],
    ['refund deduct:gone', 'entryId', 'must name a charge of this wallet'],
    ['pay pi_9 5 6', 'clawedBack', 'must be at most the 5 granted'],
    ['pay pi_1 4 key=less', 'granted', 'must be at least the 7 that were granted: claw back instead'],
    ['grant x bonus 5 expires=2', 'expiresAt', 'must lie in the future'],
    ['grant x bonus 5 expires=9 cap=1 until=20', 'rollover', 'is for plans that expire'],
    ['grant x plan 5 expires=9 cap=1 until=9', 'rollover', 'must expire after the grant itself'],
    ['extend h 86400 key=e', 'ttlMs', 'must be at most 86399000: a hold lasts 86400000 ms in all'],
    ['settle h 5', 'credits', "must be at most the hold's 4"],
    ['settle h 9 max=9', 'credits', 'must be at most 8 for this hold'],
  ])('of %s, at %j: %s', (words, path, message) => {
    const player = expectTable(`
      1 | grant g bonus 10 | grant   | 10 0 0
      1 | pay pi_1 7       | grant   | 17 0 0
      2 | reserve h 4      | reserve | 13 4 0
    `);
    const decision = player.play(commandOf(words), 3_000);
    expect(decision).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'VALIDATION_FAILED', detail: `${path}: ${message}`, data: { errors: [{ path, message }] } },
    });
  });

  it.each([
    ['configure c unmetered=true by=service', 'Only an administrator may change the settings of a wallet.'],
    ['refund deduct:d by=render', 'Only the account that charged, or an administrator, may refund a charge.'],
    ['pay pi_1 9 by=user', 'Only the billing account reconciles payments.'],
    ['settle h by=render', 'Only the account that reserved a hold may extend, end or supersede it.'],
  ])('of %s: %s', (words, detail) => {
    const player = expectTable(`
      1 | grant g bonus 10 | grant   | 10 0 0
      2 | deduct d 3       | deduct  | 7 0 0
      2 | reserve h 4      | reserve | 3 4 0
    `);
    expect(player.play(commandOf(words), 3_000)).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'FORBIDDEN', detail },
    });
  });

  it('how much of a charge is left, and until when it could have been refunded', () => {
    const player = expectTable(`
      1 | grant g bonus 10   | grant  | 10 0 0
      2 | deduct d 6         | deduct | 4 0 0
      3 | refund deduct:d 2  | refund | 6 0 0
    `);
    const detailAt = (words: string, seconds: number): unknown => {
      const decision = player.play(commandOf(words), seconds * 1_000);
      return decision.kind === 'rejected' ? decision.rejection.detail : decision.kind;
    };
    expect(detailAt('refund deduct:d 5', 4)).toBe('Of the charge of 6, 2 have been refunded: 5 cannot be.');
    expect(detailAt('refund deduct:d 1', 31 * day)).toBe(
      'The charge is too old: services refund within 30 days, an administrator may later.',
    );
  });

  it('what came back in a refund, and from where', () => {
    const player = newPlayer();
    expectTable(
      `
      1  | grant a free 5 expires=10  | grant  | 5 0 0
      2  | deduct d 5                 | deduct | 0 0 0
      20 | refund deduct:d            | refund | 5 0 0
      `,
      player,
    );
    expect(JSON.parse(player.entries.at(-1)?.body ?? '')).toMatchObject({
      operation: 'narration',
      grant: { kind: 'free', credits: 5, source: 'refund' },
    });
  });
});
