// The closed sets of values that a property's documentation names in prose or lists.

/** A quoted word, or several of them joined by commas and words. */
const QUOTED = '\\[?[`"\'][A-Za-z0-9_.\\-/ ]+[`"\']\\]?';
const LIST = `((?:\\n?(?:\\*\\s*)?(?:or |and )?${QUOTED}(?:\\s*\\([^)]*\\))?[,;]?\\s*(?:or |and |, )?)+)`;

/** "Possible values are: `A`, `B`.", "Allowed values are "a" and "b"." */
const VALUES_ARE = new RegExp(
  '(Possible|Valid|Allowed|Supported|Accepted|Acceptable|Permitted)\\s+(?:enum\\s+)?values?' +
    `(?:\\s+for [^:.\\n]*)?\\s*(?:are|is|include|includes|:)?\\s*:?\\s*${LIST}`,
  'i',
);
/** "Must be one of: `A`, `B`", "either "a" or "b"": at least two words, as one alone is seldom a set. */
const ONE_OF = new RegExp(
  '(?:one of|either)(?: the following(?: values)?)?\\s*:?\\s*' +
    `((?:\\n?(?:or |and )?${QUOTED}[,;]?\\s*(?:or |and )?){2,})`,
  'i',
);

/** The values that the text says are all there are, or undefined when it names no closed set. */
export function documentedValues(documentation: string): readonly string[] | undefined {
  const text = documentation.replace(/\s*\n\s*/g, '\n').replace(/`"|"`/g, '`');
  const listed = VALUES_ARE.exec(text);
  if (listed) {
    const values = quotedWords(listed[2] ?? '');
    // A single value is a set only where the text says so outright ("Possible values are: `X`").
    if (values.length > 1 || (values.length === 1 && /possible/i.test(listed[1] ?? ''))) return values;
    return undefined;
  }
  const values = quotedWords(ONE_OF.exec(text)?.[1] ?? '');
  return values.length > 1 ? values : undefined;
}

function quotedWords(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/[`"']([^`"'\s][^`"']*?)[`"']/g)].map((match) => match[1] ?? ''))];
}
