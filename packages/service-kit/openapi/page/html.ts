/** HTML by tagged templates that escape whatever is put in, so that no page of ours can forget to. */

/** Markup that is already safe. */
export interface Html {
  readonly safe: string;
}

type Value = Html | string | number | undefined | readonly (Html | string | undefined)[];

export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return { safe: strings.reduce((text, part, index) => text + markupOf(values[index - 1]) + part) };
}

function markupOf(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value));
  if ('safe' in value) return value.safe;
  return value.map(markupOf).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** A sentence or two in which `code` stands between back-quotes. */
export function prose(text: string): Html {
  const parts = text.split('`');
  return markup`${parts.map((part, index) => (index % 2 === 1 ? markup`<code>${part}</code>` : part))}`;
}

/** A path that may break after its slashes, so that it fits on a telephone. */
export function breakable(path: string): Html {
  return markup`${path.split('/').map((part, index) => (index === 0 ? part : markup`/<wbr />${part}`))}`;
}
