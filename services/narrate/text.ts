/** What of a text is spoken and charged (`wire.md`, Narrate). */
import { limits } from '@reelbanana/catalog';

/** The text that is spoken: in NFC, without white space around it. */
export function spokenText(text: string): string {
  return text.normalize('NFC').trim();
}

/** Unicode code points of the spoken text: what is charged. Canonically equal texts cost the same. */
export function countCharacters(text: string): number {
  return [...spokenText(text)].length;
}

/** White space is legal; other control characters are never spoken, and NUL would cut the text for the engine. */
const controls = /[^\P{Cc}\s]/u;

/** What is wrong with a text; undefined if it can be narrated. */
export function textFault(text: string): string | undefined {
  if (!text.isWellFormed()) return 'is not well-formed Unicode';
  if (controls.test(text)) return 'has control characters';
  const characters = countCharacters(text);
  if (characters === 0) return 'is empty';
  const max = limits.narrationCharactersMax;
  return characters > max ? `has ${characters} characters, at most ${max} are narrated at once` : undefined;
}
