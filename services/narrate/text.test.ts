// What of a text is spoken and charged.
import { describe, expect, it } from '@jest/globals';
import { limits, operations } from '@reelbanana/catalog';
import { countCharacters, spokenText, textFault } from './text.ts';

describe('characters', () => {
  it.each([
    ['plain', 'hello', 5],
    ['white space around is not spoken', ' \n hello\u00a0\ufeff', 5],
    ['white space within is', 'a  b\nc', 6],
    ['composed and decomposed letters cost the same', 'caf\u00e9', 4],
    ['decomposed', 'cafe\u0301', 4],
    ['one code point beyond the BMP is one', '\u{1f34c}', 1],
    ['a family of emoji is its code points', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', 5],
  ])('%s: %j has %i', (_, text, characters) => {
    expect(countCharacters(text)).toBe(characters);
  });

  it('speaks exactly what it counts', () => {
    expect(spokenText(' cafe\u0301 ')).toBe('caf\u00e9');
  });

  it('within narrate’s limit are within the operation’s bound, so that the price is never refused', () => {
    expect(operations.narration.params.safeParse({ characters: limits.narrationCharactersMax }).success).toBe(true);
  });
});

describe('a text', () => {
  it.each([
    ['empty', '', 'is empty'],
    ['only white space', ' \n\t ', 'is empty'],
    ['with NUL, which would cut it', 'a\0b', 'has control characters'],
    ['with an escape', 'a\u001bb', 'has control characters'],
    ['half a surrogate pair', 'a\ud83c', 'is not well-formed Unicode'],
    ['one character too long', 'a'.repeat(10_001), 'has 10001 characters, at most 10000 are narrated at once'],
  ])('%s is refused', (_, text, fault) => {
    expect(textFault(text)).toBe(fault);
  });

  it.each([
    ['of the longest length', 'a'.repeat(10_000)],
    ['of the longest length in code points, twice that in UTF-16', '\u{1f34c}'.repeat(10_000)],
    ['too long only by white space around it', ` ${'a'.repeat(10_000)} `],
    ['with line breaks and tabs', 'a\r\n\tb'],
  ])('%s is taken', (_, text) => {
    expect(textFault(text)).toBeUndefined();
  });
});
