/** A JSON schema as a table of fields, in words for people. */
import type { Schema } from '../types.ts';
import { markup, prose, type Html } from './html.ts';

/** Whose fields: of a request (`required` is a demand) or of an answer (what is not always there is said to be so). */
export type Side = 'request' | 'answer';

interface Field {
  /** `balance.available`, `entries[]`, `operations.*`. */
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** The fields of an object, those of inner objects under their path; references stay links. */
export function fieldsOf(schema: Schema, prefix = ''): readonly Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]): readonly Field[] => {
    const name = prefix + key;
    const required = schema.required?.includes(key) === true;
    return [{ name, schema: child, required }, ...innerFields(child, name)];
  });
}

function innerFields(schema: Schema, name: string): readonly Field[] {
  if (schema.properties !== undefined) return fieldsOf(schema, `${name}.`);
  if (schema.items !== undefined) return innerFields(schema.items, `${name}[]`);
  if (typeof schema.additionalProperties === 'object') return innerFields(schema.additionalProperties, `${name}.*`);
  return (schema.oneOf ?? schema.anyOf ?? []).flatMap((form) => innerFields(form, name + formName(form)));
}

/** Of several forms, the one in hand by the field that tells them apart: `price(flat).credits`. */
function formName({ properties = {} }: Schema): string {
  const told = Object.values(properties).find((field) => typeof field.const === 'string');
  return told === undefined ? '' : `(${String(told.const)})`;
}

export function fieldTable(caption: string, schema: Schema, side: Side): Html {
  if (schema.$ref !== undefined) return markup`<p>${caption}: those of ${typeOf(schema)}.</p>`;
  const fields = fieldsOf(schema);
  if (fields.length === 0) return markup`<p>${caption}: none.</p>`;
  return table(
    caption,
    ['Field', 'Type', 'Notes'],
    fields.map(({ name, schema: field, required }) => [
      markup`<code>${breakableName(name)}</code>`,
      typeOf(field),
      notesOf(field, required, side),
    ]),
  );
}

const breakableName = (name: string): Html =>
  markup`${name.split('.').map((part, index) => (index === 0 ? part : markup`.<wbr />${part}`))}`;

/** Rows whose first cell is a heading. Scrolls by itself where a screen is too narrow. */
export function table(caption: string, columns: readonly string[], rows: readonly (readonly Html[])[]): Html {
  // Roles in words, because a table that is laid out as blocks (narrow screens) is no table to assistive software.
  const heads = columns.map((name) => markup`<th role="columnheader" scope="col">${name}</th>`);
  const cells = (row: readonly Html[]): Html[] =>
    row.map((cell, index) => markup`<td role="cell"${labelOf(columns[index + 1] ?? '')}>${cell}</td>`);
  const lines = rows.map(
    ([first, ...rest]) => markup`<tr role="row"><th role="rowheader" scope="row">${first}</th>${cells(rest)}</tr>`,
  );
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table role="table">
<caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${lines}</tbody>
</table></div>`;
}

/** What a narrow screen, which shows no head of the table, says before a cell; some columns speak for themselves. */
const labelOf = (column: string): Html | undefined =>
  ['Type', 'Notes', 'Meaning'].includes(column) ? undefined : markup` data-label="${column}"`;

/** `integer, 1 to 86400`, `one of "open", "settled"`, a link to a shared object. */
export function typeOf(schema: Schema): Html {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return markup`<a href="#object-${name}">${name}</a>`;
  }
  if (schema.const !== undefined) return markup`always <code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum !== undefined) return markup`one of ${list(schema.enum)}`;
  const branches = schema.oneOf ?? schema.anyOf;
  if (branches?.every(({ properties }) => properties !== undefined) === true)
    return markup`object, one of ${branches.length} forms`;
  if (branches !== undefined)
    return markup`${branches.map((branch, i) => markup`${i === 0 ? '' : ' or '}${typeOf(branch)}`)}`;
  if (schema.items !== undefined) return markup`list of ${typeOf(schema.items)}`;
  if (typeof schema.additionalProperties === 'object') {
    const keys = schema.propertyNames?.enum;
    return markup`object by name${keys === undefined ? '' : markup` (${list(keys)})`}`;
  }
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : (schema.type ?? 'any value');
  return markup`${type}${boundsOf(schema)}`;
}

const list = (values: readonly unknown[]): Html =>
  markup`${values.map((value, index) => markup`${index === 0 ? '' : ', '}<code>${JSON.stringify(value)}</code>`)}`;

function boundsOf(schema: Schema): Html {
  const { minimum, exclusiveMinimum, minLength, maxLength, format, pattern } = schema;
  // Every integer of ours is a safe one: that bound tells nothing.
  const maximum = schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
  const low = minimum === -Number.MAX_SAFE_INTEGER ? undefined : minimum;
  const parts: Html[] = [];
  if (low !== undefined && maximum !== undefined) parts.push(markup`${low} to ${maximum}`);
  else if (low !== undefined) parts.push(markup`at least ${low}`);
  else if (maximum !== undefined) parts.push(markup`at most ${maximum}`);
  if (exclusiveMinimum !== undefined) parts.push(markup`more than ${exclusiveMinimum}`);
  if (minLength !== undefined && maxLength !== undefined) parts.push(markup`${minLength} to ${maxLength} characters`);
  else if (maxLength !== undefined) parts.push(markup`at most ${maxLength} characters`);
  else if (minLength !== undefined && minLength > 0) parts.push(markup`at least ${minLength} characters`);
  if (format !== undefined) parts.push(markup`${format}`);
  if (pattern !== undefined) parts.push(markup`<code class="pattern">${pattern}</code>`);
  return markup`${parts.map((part) => markup`, ${part}`)}`;
}

/** What its author says of a field or a parameter, after whether it must be there. */
export function notesOf(schema: Schema, required: boolean, side: Side, description = schema.description): Html {
  return markup`${presence(required, side)}${description === undefined ? undefined : markup` ${prose(description)}`}${
    schema.default === undefined ? undefined : markup` Default <code>${JSON.stringify(schema.default)}</code>.`
  }`;
}

function presence(required: boolean, side: Side): Html | undefined {
  if (side === 'answer') return required ? undefined : markup`<span class="optional">May be absent.</span>`;
  return required ? markup`<span class="required">Required.</span>` : markup`<span class="optional">Optional.</span>`;
}
