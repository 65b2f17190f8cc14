// The shape of a command: everything that can be said without the wallet. All problems at once, with their paths.
import { isId, isLegalKey } from './ids.ts';
import { isPlain } from './jcs.ts';
import {
  holdTtlMsMax,
  holdTtlMsMin,
  nameLengthMax,
  paramsMax,
  paramTextLengthMax,
  sourceLengthMax,
  timeMsMax,
} from './limits.ts';
import type { Problem } from './rejection.ts';

type Check = (value: unknown) => string | undefined;

const integer =
  (min: number, max: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : `must be an integer from ${min} to ${max}`;

const text =
  (lengthMax: number): Check =>
  (value) =>
    typeof value === 'string' && value.length >= 1 && value.length <= lengthMax && value.isWellFormed()
      ? undefined
      : `must be a text of 1 to ${lengthMax} characters`;

const matching =
  (pattern: RegExp, message: string): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : message;

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (!isRecord(value)) return 'must be an object';
    for (const [name, check] of Object.entries(fields)) {
      const problem = check(own(value, name));
      if (problem !== undefined) return `${name} ${problem}`;
    }
    return undefined;
  };

const PARAM_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

const params: Check = (value) => {
  if (!isRecord(value) || !isPlain(value)) return 'must be an object';
  const names = Object.keys(value);
  if (names.length > paramsMax) return `must have at most ${paramsMax} fields`;
  for (const name of names) {
    if (!PARAM_NAME.test(name)) return 'has a field with an illegal name';
    if (!isParam(value[name])) return `${name} must be an integer, a boolean or a short text`;
  }
  return undefined;
};

function isParam(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= paramTextLengthMax && value.isWellFormed();
  return typeof value === 'boolean' || Number.isSafeInteger(value);
}

const truth: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const credits = integer(0, Number.MAX_SAFE_INTEGER);
const name = text(nameLengthMax);
const paid = optional(
  object({
    amountMinor: integer(0, Number.MAX_SAFE_INTEGER),
    currency: matching(/^[A-Za-z]{3}$/, 'must be a currency code of 3 letters'),
  }),
);
const rollover = optional(object({ cap: integer(1, Number.MAX_SAFE_INTEGER), expiresAt: integer(1, timeMsMax) }));
const id: Check = (value) => (isId(value) ? undefined : 'must be an id');
const keyed = {
  key: ((value) => (isLegalKey(value) ? undefined : 'must be 1 to 255 visible ASCII characters')) as Check,
  fingerprint: name,
  actor: object({ kind: matching(/^(user|admin|service)$/, 'must be a kind of actor'), pseudonym: name }),
};
const priced = { operation: name, params, credits, priceVersion: integer(0, Number.MAX_SAFE_INTEGER) };

const FIELDS: ReadonlyMap<unknown, readonly (readonly [string, Check])[]> = new Map(
  Object.entries({
    grant: {
      ...keyed,
      kind: matching(/^(signup|free|bonus|plan|purchase)$/, 'must be a kind of grant'),
      credits: integer(1, Number.MAX_SAFE_INTEGER),
      expiresAt: optional(integer(1, timeMsMax)),
      source: text(sourceLengthMax),
      reasonCode: name,
      paid,
      rollover,
    },
    reserve: {
      ...keyed,
      ...priced,
      perMinuteMax: optional(credits),
      ttlMs: integer(holdTtlMsMin, holdTtlMsMax),
      supersedes: optional(id),
    },
    extend: { ...keyed, holdId: id, ttlMs: integer(holdTtlMsMin, holdTtlMsMax) },
    settle: {
      ...keyed,
      holdId: id,
      credits: optional(credits),
      creditsMax: optional(credits),
      overrun: optional(matching(/^(absorb|debt)$/, 'must be absorb or debt')),
    },
    release: { ...keyed, holdId: id, reasonCode: name },
    deduct: { ...keyed, ...priced, perMinuteMax: optional(credits) },
    configure: {
      ...keyed,
      unmetered: optional(truth),
      status: optional(matching(/^(active|frozen)$/, 'must be active or frozen')),
      overdraftLimit: optional(credits),
      caps: optional(object({ perMinute: optional(credits), daily: optional(credits), monthly: optional(credits) })),
      reasonCode: name,
    },
    refund: { ...keyed, entryId: id, credits: optional(integer(1, Number.MAX_SAFE_INTEGER)), reasonCode: name },
    reconcilePayment: {
      ...keyed,
      paymentId: id,
      kind: matching(/^(purchase|plan)$/, 'must be purchase or plan'),
      granted: credits,
      clawedBack: credits,
      expiresAt: optional(integer(1, timeMsMax)),
      rollover,
      paid,
      reasonCode: name,
    },
    tick: {},
  } satisfies Record<string, Record<string, Check>>).map(([type, fields]) => [type, Object.entries(fields)] as const),
);

/** What is wrong with a command before any wallet is looked at: empty if nothing is. Unknown fields are ignored. */
export function problemsOf(command: unknown): readonly Problem[] {
  if (!isRecord(command)) return [{ path: '', message: 'must be a command' }];
  const fields = FIELDS.get(own(command, 'type'));
  if (fields === undefined) return [{ path: 'type', message: 'must be a kind of command' }];
  let problems: Problem[] | undefined;
  for (const [path, check] of fields) {
    const message = check(own(command, path));
    if (message !== undefined) (problems ??= []).push({ path, message });
  }
  return problems ?? NONE;
}

const NONE: readonly Problem[] = [];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own fields only: what a prototype carries is no field of a command. */
function own(record: Readonly<Record<string, unknown>>, field: string): unknown {
  return Object.hasOwn(record, field) ? record[field] : undefined;
}
