// The form of a statement around its entries: exactly the fields that there are, each of its kind.

export interface Balance {
  readonly available: number;
  readonly held: number;
  readonly debt: number;
}

export interface StatementDocument {
  readonly walletId: string;
  readonly env: string;
  readonly period: { readonly month?: string; readonly fromSeq: number; readonly toSeq: number };
  readonly opening: { readonly prevHash: string; readonly balance: Balance };
  readonly checkpoint: { readonly walletId: string; readonly seq: number; readonly headHash: string } | null;
  /** Each may be anything yet. */
  readonly entries: readonly unknown[];
  readonly closing: {
    readonly count: number;
    readonly seq: number;
    readonly headHash: string;
    readonly balance: Balance;
  };
}

type Test = (value: unknown) => boolean;
/** A name with a question mark may be absent. */
type Form = { readonly [field: string]: Test | Form };

const text: Test = (value) => typeof value === 'string';
const count: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const is =
  (constant: unknown): Test =>
  (value) =>
    value === constant;
const balance = { available: count, held: count, debt: count };

const form: Form = {
  v: is(1),
  walletId: text,
  env: text,
  chain: is('main'),
  unit: is('credit'),
  period: {
    'month?': (value) => typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(value),
    fromSeq: (value) => count(value) && (value as number) >= 1,
    toSeq: count,
  },
  opening: { prevHash: text, balance },
  checkpoint: (value) => value === null || problemOf('checkpoint', value, checkpoint) === undefined,
  entries: Array.isArray,
  closing: { count, seq: count, headHash: text, balance },
};
const checkpoint: Form = { walletId: text, seq: count, headHash: text, at: count, keyId: text, signature: text };

/** Why this is no statement; undefined for one. */
export function formProblem(statement: unknown): string | undefined {
  return problemOf('', statement, form);
}

/** Own fields alone: a `__proto__` in the file is a field like any other, and one that no form has. */
export function problemOf(path: string, value: unknown, fields: Form): string | undefined {
  if (!isRecord(value)) return `${path === '' ? 'it' : path} is not an object`;
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  for (const [name, test] of Object.entries(fields)) {
    const field = name.replace('?', '');
    if (!Object.hasOwn(value, field)) {
      if (field !== name) continue;
      return `${at(field)} is missing`;
    }
    const problem =
      typeof test === 'object'
        ? problemOf(at(field), value[field], test)
        : test(value[field])
          ? undefined
          : `${at(field)} is not what it must be`;
    if (problem !== undefined) return problem;
  }
  const foreign = Object.keys(value).find((name) => !Object.hasOwn(fields, name) && !Object.hasOwn(fields, `${name}?`));
  return foreign === undefined ? undefined : `${at(foreign)} is no field of a statement`;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
