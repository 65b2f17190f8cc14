/** Fields whose form is a promise: entries keep them for ever. */
import { describe, expect, it } from '@jest/globals';
import { code } from './fields.ts';

describe('a code (reasonCode, source)', () => {
  it.each(['x', 'welcome', 'GoodWill_2026', 'campaign:spring-26.a', 'ADMIN_CORRECTION', '7', 'a'.repeat(64)])(
    'may be %s',
    (text) => {
      expect(code.parse(text)).toBe(text);
    },
  );

  it.each([
    '',
    ' ',
    'two words',
    '_x',
    '-x',
    '.x',
    ':x',
    'a/b',
    'gr\u00fc\u00dfe',
    'x\n',
    'a@b.example',
    'a'.repeat(65),
  ])('is never %j', (text) => {
    expect(code.safeParse(text).success).toBe(false);
  });
});
