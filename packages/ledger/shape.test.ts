// What may stand in a command: every field at its bound and past it, all problems at once.
import { describe, expect, it } from '@jest/globals';
import {
  holdTtlMsMax,
  holdTtlMsMin,
  nameLengthMax,
  paramsMax,
  paramTextLengthMax,
  sourceLengthMax,
  timeMsMax,
} from './limits.ts';
import { problemsOf } from './shape.ts';
import { commandOf } from './testing/table.ts';

const n = Number.MAX_SAFE_INTEGER;
const text = (length: number): string => 'x'.repeat(length);
const params = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, i]));

/** A field's values that are legal, and those that are not. */
const CASES: readonly (readonly [
  words: string,
  field: string,
  legal: readonly unknown[],
  illegal: readonly unknown[],
])[] = [
  ['deduct k 1', 'key', ['!', '~', 'a/b', text(255)], ['', text(256), 'a b', 'é', '\n', 7, null, undefined]],
  ['deduct k 1', 'fingerprint', ['f', text(nameLengthMax)], ['', text(nameLengthMax + 1), '\ud800', 7, undefined]],
  [
    'deduct k 1',
    'actor',
    [
      { kind: 'user', pseudonym: 'p' },
      { kind: 'admin', pseudonym: text(nameLengthMax), foreign: 1 },
    ],
    [
      null,
      'me',
      [],
      {},
      { kind: 'time', pseudonym: 'time' },
      { kind: 'root', pseudonym: 'p' },
      { kind: 'user' },
      { kind: 'user', pseudonym: '' },
    ],
  ],
  ['deduct k 1', 'credits', [0, -0, n], [-1, n + 1, 0.5, NaN, Infinity, '1', [1], null, undefined, 1n]],
  ['deduct k 1', 'priceVersion', [0, n], [-1, 0.5, '1', undefined]],
  [
    'deduct k 1',
    'operation',
    ['o', '__proto__', text(nameLengthMax)],
    ['', text(nameLengthMax + 1), '\udc00', 7, undefined],
  ],
  [
    'deduct k 1',
    'params',
    [{}, params(paramsMax), { a: true, b: -1, c_1: '', d: text(paramTextLengthMax) }],
    [
      null,
      [],
      new Map(),
      new Date(0),
      undefined,
      params(paramsMax + 1),
      { a: text(paramTextLengthMax + 1) },
      { a: 0.5 },
      { a: n + 1 },
      { a: null },
      { a: {} },
      { a: '\ud800' },
      { '': 1 },
      { 'a-b': 1 },
      { [text(65)]: 1 },
      JSON.parse('{"__proto__": 1}'),
    ],
  ],
  [
    'reserve k 1',
    'ttlMs',
    [holdTtlMsMin, holdTtlMsMax],
    [holdTtlMsMin - 1, holdTtlMsMax + 1, 1_000.5, '1000', undefined],
  ],
  ['reserve k 1', 'supersedes', [undefined, 'h', '__proto__', text(128)], ['', text(129), 7, null, '\ud800']],
  ['extend k 1', 'holdId', ['h', 'constructor', text(128)], ['', text(129), 7, null, undefined]],
  [
    'extend k 1',
    'ttlMs',
    [holdTtlMsMin, holdTtlMsMax],
    [holdTtlMsMin - 1, holdTtlMsMax + 1, 1_000.5, '1000', undefined],
  ],
  ['settle k', 'holdId', ['h', 'constructor', text(128)], ['', text(129), 7, null, undefined]],
  ['settle k', 'credits', [undefined, 0, n], [null, -1, n + 1, 0.5, NaN, '1']],
  ['settle k', 'creditsMax', [undefined, 0, n], [null, -1, n + 1, 0.5, NaN, '1']],
  ['settle k', 'overrun', [undefined, 'absorb', 'debt'], [null, '', 'allow', 'constructor', true]],
  ['release k', 'reasonCode', ['r', text(nameLengthMax)], ['', text(nameLengthMax + 1), 7, undefined]],
  ['configure k', 'unmetered', [undefined, true, false], [null, 'false', 0, 1, {}]],
  ['configure k', 'status', [undefined, 'active', 'frozen'], [null, '', 'Frozen', 'constructor', true]],
  ['configure k', 'overdraftLimit', [undefined, 0, -0, n], [null, -1, n + 1, 0.5, NaN, '1']],
  [
    'configure k',
    'caps',
    [undefined, {}, { perMinute: 0, daily: n, monthly: 1 }, { foreign: 1 }],
    [null, [], 7, { perMinute: -1 }, { daily: 0.5 }, { monthly: '9' }, { daily: null }],
  ],
  ['deduct k 1', 'perMinuteMax', [undefined, 0, n], [null, -1, n + 1, 0.5, NaN, '1']],
  ['reserve k 1', 'perMinuteMax', [undefined, 0, n], [null, -1, n + 1, 0.5, NaN, '1']],
  ['configure k', 'reasonCode', ['r', text(nameLengthMax)], ['', text(nameLengthMax + 1), 7, undefined]],
  [
    'grant k bonus 1',
    'kind',
    ['signup', 'free', 'bonus', 'plan', 'purchase'],
    ['refund', 'constructor', '', 7, undefined],
  ],
  ['grant k bonus 1', 'credits', [1, n], [0, -1, n + 1, 0.5, undefined]],
  ['grant k bonus 1', 'expiresAt', [undefined, 1, timeMsMax], [0, -1, timeMsMax + 1, 1.5, null, '1', new Date(0)]],
  ['grant k bonus 1', 'source', ['s', text(sourceLengthMax)], ['', text(sourceLengthMax + 1), 7, undefined]],
  [
    'grant k bonus 1',
    'paid',
    [undefined, { amountMinor: 0, currency: 'usd' }, { amountMinor: n, currency: 'EUR' }],
    [
      null,
      {},
      { amountMinor: -1, currency: 'usd' },
      { amountMinor: 1.5, currency: 'usd' },
      { amountMinor: 1, currency: 'us' },
    ],
  ],
];

describe('the shape of a command', () => {
  it.each(CASES)('%s: %s', (words, field, legal, illegal) => {
    const paths = (value: unknown) => problemsOf({ ...commandOf(words), [field]: value }).map(({ path }) => path);
    for (const value of legal) expect([value, paths(value)]).toEqual([value, []]);
    for (const value of illegal) expect([value, paths(value)]).toEqual([value, [field]]);
  });

  it('names every problem at once', () => {
    const wrong = { type: 'reserve', key: '', actor: 7, credits: -1, params: [], ttlMs: 0 };
    expect(problemsOf(wrong).map(({ path }) => path)).toEqual([
      'key',
      'fingerprint',
      'actor',
      'operation',
      'params',
      'credits',
      'priceVersion',
      'ttlMs',
    ]);
  });

  it('is not what a prototype carries', () => {
    expect(problemsOf(Object.create(commandOf('deduct k 1') as object))).toEqual([
      { path: 'type', message: 'must be a kind of command' },
    ]);
  });

  it('is that of a command', () => {
    for (const nothing of [null, undefined, 7, 'deduct', [], () => 1]) expect(problemsOf(nothing)).toHaveLength(1);
    for (const type of ['mint', 'constructor', '__proto__', null, undefined]) {
      expect(problemsOf({ type }).map(({ path }) => path)).toEqual(['type']);
    }
  });

  it('may have foreign fields, which no entry repeats', () => {
    expect(problemsOf({ ...commandOf('deduct k 1'), foreign: NaN })).toEqual([]);
  });
});
