// Ids and fingerprints are stored or sent: the literals here must never change.
import { describe, expect, it } from '@jest/globals';
import {
  commandEntryId,
  commandEntryIds,
  commandKeyDigest,
  endId,
  fingerprint,
  genesis,
  id,
  isLegalKey,
  keyId,
  lateId,
  needs,
  reads,
  timeId,
} from './index.ts';
import type { Command } from './index.ts';
import { commandOf } from './testing/table.ts';
import { holdIdOf, WALLET_ID } from './testing/player.ts';

describe('ids', () => {
  it('are the first 32 hex of the digest of their parts', () => {
    expect(id('end', 'abc')).toBe('b13d512b90ef920c00e6595eaec8037d'); // printf '["end","abc"]' | sha256sum
    expect(endId('abc')).toBe(id('end', 'abc'));
    expect(lateId('abc')).toBe(id('late', 'abc'));
    expect(keyId('w', 'grant', 'k')).toBe(id('key', 'w', 'grant', 'k'));
    expect(timeId('w', 7)).toBe(id('time', 'w', 7));
    expect(timeId('w', 7)).not.toBe(id('time', 'w', '7'));
  });

  it('keep parts apart', () => {
    expect(new Set([id('a', 'b'), id('ab'), id('a,b'), id('a', 'b', ''), id('', 'a', 'b')]).size).toBe(5);
  });

  it('take any legal key: slashes, dots, underscores, quotes', () => {
    const keys = ['a/b', 'a/b/c', '__x__', '..', '.', '"', '\\', '!', '~', 'x'.repeat(255)];
    expect(keys.every(isLegalKey)).toBe(true);
    expect(new Set(keys.map((key) => keyId('w', 'deduct', key))).size).toBe(keys.length);
    for (const key of ['', ' ', 'a b', 'é', '\n', '\u007f', 'x'.repeat(256), null, 7])
      expect(isLegalKey(key)).toBe(false);
  });

  it('fingerprint names version, command, target and fields', () => {
    // printf '[1,"settle","h",{"credits":3}]' | sha256sum
    expect(fingerprint('settle', 'h', { credits: 3 })).toBe(
      '2db27fbd78be4d444f1eea465dfcffc704ff2401bae631ba9ace49333c69ecf6',
    );
    const others = [
      fingerprint('release', 'h', { credits: 3 }),
      fingerprint('settle', 'i', { credits: 3 }),
      fingerprint('settle', 'h', {}),
    ];
    expect(new Set(others).size).toBe(3);
  });

  it('genesis names version, environment, wallet and unit', () => {
    // printf '[1,"local/(default)","w","credit"]' | sha256sum
    expect(genesis('local/(default)', 'w')).toBe('08457553ceaac9eab76695c0dac76282a02583948a56dc8e93780b281476c8e2');
  });
});

describe('what a command claims and reads', () => {
  const hold = holdIdOf('a');

  it('grant, reserve and deduct claim their key; settle and release the end of their hold; a tick nothing', () => {
    for (const words of ['grant k bonus 1', 'reserve k 1', 'deduct k 1', 'extend k 1 key=k', 'configure k']) {
      const command = commandOf(words);
      expect(commandEntryId(WALLET_ID, command)).toBe(keyId(WALLET_ID, command.type, 'k'));
    }
    for (const words of ['settle a', 'release a'])
      expect(commandEntryId(WALLET_ID, commandOf(words))).toBe(endId(hold));
    expect(commandEntryId(WALLET_ID, commandOf('tick'))).toBeNull();
    expect(commandEntryIds(WALLET_ID, commandOf('settle a'))).toEqual([endId(hold), lateId(hold)]);
    expect(commandEntryIds(WALLET_ID, commandOf('release a'))).toEqual([endId(hold)]);
    expect(commandEntryIds(WALLET_ID, commandOf('tick'))).toEqual([]);
  });

  it('reads its own entry, and the ends and reserves that its answer depends on', () => {
    const own = keyId(WALLET_ID, 'reserve', 'b');
    expect(reads(WALLET_ID, commandOf('grant k bonus 1'))).toEqual([keyId(WALLET_ID, 'grant', 'k')]);
    expect(reads(WALLET_ID, commandOf('deduct k 1'))).toEqual([keyId(WALLET_ID, 'deduct', 'k')]);
    expect(reads(WALLET_ID, commandOf('reserve b 1'))).toEqual([own, endId(own), lateId(own)]);
    expect(reads(WALLET_ID, commandOf('reserve b 1 supersedes=a'))).toEqual([
      ...[own, endId(own), lateId(own)],
      ...[hold, endId(hold), lateId(hold)],
    ]);
    expect(reads(WALLET_ID, commandOf('extend a 1 key=k'))).toEqual([
      keyId(WALLET_ID, 'extend', 'k'),
      ...[hold, endId(hold), lateId(hold)],
    ]);
    expect(reads(WALLET_ID, commandOf('settle a'))).toEqual([endId(hold), hold, lateId(hold)]);
    expect(reads(WALLET_ID, commandOf('release a'))).toEqual([endId(hold), hold, lateId(hold)]);
    expect(reads(WALLET_ID, commandOf('tick'))).toEqual([]);
    expect(needs(commandOf('deduct k 1'))).toEqual([]);
  });

  it('of a malformed command is nothing, and never throws', () => {
    const malformed = [
      null,
      undefined,
      7,
      'deduct',
      {},
      { type: 'deduct' },
      { type: 'deduct', key: 'a b' },
      { type: 'settle', holdId: 7 },
    ];
    for (const command of malformed as unknown as Command[]) {
      expect(commandEntryId(WALLET_ID, command)).toBeNull();
      expect(reads(WALLET_ID, command)).toEqual([]);
    }
    expect(commandKeyDigest(WALLET_ID, { type: 'settle', key: '' } as Command)).toBeNull();
  });

  it('follows the command where one object is reused', () => {
    const command = { type: 'deduct', key: 'one' } as Command;
    const first = commandEntryId(WALLET_ID, command);
    expect(commandEntryId('another', command)).not.toBe(first);
    expect(commandEntryId(WALLET_ID, Object.assign(command, { key: 'two' }))).toBe(keyId(WALLET_ID, 'deduct', 'two'));
  });
});
