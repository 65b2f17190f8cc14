// Statements: whole ones of any history are sound; whatever is changed in one, the first entry that shows it is named.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { entryHash, fingerprint, jcs, type Entry, type EntryBody } from './index.ts';
import { verifyStatement } from './statement.ts';
import { history, settings } from './testing/history.ts';
import { holdIdOf, newPlayer, WALLET_ID } from './testing/player.ts';
import { statementOf, type LooseStatement } from './testing/statement.ts';

const start = Date.UTC(2026, 5, 30, 23, 59, 59);
const actor = { kind: 'service', pseudonym: 'narrate' } as const;
const admin = { kind: 'admin', pseudonym: 'admin' } as const;
const print = (key: string): string => fingerprint('test', '', { key });
const priced = { operation: 'narration', params: { characters: 100 }, priceVersion: 1 };

/** grant 50, reserve 10, settle 7, a hold that expires, deduct 5, in June and July. */
function chain(): readonly Entry[] {
  const player = newPlayer();
  const give = { kind: 'bonus', credits: 50, source: 'test', reasonCode: 'test' } as const;
  player.play({ type: 'grant', key: 'g', fingerprint: print('g'), actor: admin, ...give }, start);
  const held = { actor, ttlMs: 1_000, credits: 10, ...priced } as const;
  player.play({ type: 'reserve', key: 'r', fingerprint: print('r'), ...held }, start + 1);
  const settled = { type: 'settle', key: 's', holdId: holdIdOf('r'), credits: 7 } as const;
  player.play({ ...settled, fingerprint: print('s'), actor }, start + 2);
  player.play({ type: 'reserve', key: 'r2', fingerprint: print('r2'), ...held }, start + 3);
  player.play({ type: 'deduct', key: 'd', fingerprint: print('d'), actor, credits: 5, ...priced }, start + 5_000);
  expect(player.violations()).toEqual([]);
  expect(player.entries.map(({ type }) => type)).toEqual([
    'grant',
    'reserve',
    'settle',
    'reserve',
    'expireHold',
    'deduct',
  ]);
  return player.entries;
}
const entries = chain();
/** As it comes from a file. */
const verify = (statement: unknown) => verifyStatement(JSON.parse(JSON.stringify(statement)));

describe('a sound statement', () => {
  it('of a whole history begins with the genesis', () => {
    expect(verify(statementOf(entries))).toEqual({
      kind: 'sound',
      walletId: WALLET_ID,
      fromSeq: 1,
      toSeq: 6,
      isFromGenesis: true,
      isCheckpointed: false,
      balance: { available: 38, held: 0, debt: 0 },
    });
  });

  it.each([
    ['a stretch', 3, 5],
    ['nothing, at the beginning', 1, 0],
    ['nothing, later', 4, 3],
  ])('may be of %s', (_what, from, to) => {
    const verdict = verify(statementOf(entries, from, to));
    expect(verdict).toMatchObject({ kind: 'sound', fromSeq: from, toSeq: to, isFromGenesis: from === 1 });
  });

  it('may be of a month, whose entries were created in it', () => {
    const month = { ...statementOf(entries, 1, 4), period: { month: '2026-06', fromSeq: 1, toSeq: 4 } };
    expect(verify(month)).toMatchObject({ kind: 'sound' });
    const other = { ...statementOf(entries), period: { month: '2026-06', fromSeq: 1, toSeq: 6 } };
    expect(verify(other)).toMatchObject({ kind: 'broken', seq: 5, detail: 'it was not created in 2026-06' });
  });

  it('agrees with its checkpoint, where that lies in it', () => {
    const sign = (seq: number, headHash: string) => ({
      ...statementOf(entries, 3),
      checkpoint: { walletId: WALLET_ID, seq, headHash, at: start, keyId: 'k', signature: 's' },
    });
    expect(verify(sign(2, entries[1]!.hash))).toMatchObject({ kind: 'sound', isCheckpointed: true });
    expect(verify(sign(5, entries[4]!.hash))).toMatchObject({ kind: 'sound', isCheckpointed: true });
    expect(verify(sign(1, entries[0]!.hash))).toMatchObject({ kind: 'sound', isCheckpointed: false });
    expect(verify(sign(5, entries[3]!.hash))).toMatchObject({ kind: 'broken' });
  });

  it('is that of any stretch of any history', () => {
    fc.assert(
      fc.property(history, settings, fc.nat(), fc.nat(), (events, set, a, b) => {
        const player = newPlayer(set);
        let now = start;
        for (const { afterMs, command } of events) player.play(command, (now += afterMs));
        const all = player.entries.length;
        const from = 1 + (a % (all + 1));
        const to = from - 1 + (b % (all - from + 2));
        expect(verify(statementOf(player.entries, from, to))).toMatchObject({ kind: 'sound', toSeq: to });
      }),
    );
  });
});

type Damage = (statement: LooseStatement) => void;
/** Changes the body of entry `seq`; with `again` all hashes from there on are made anew, as a forger would. */
function rewrite(seq: number, change: (body: Record<string, never> & EntryBody) => void, again = false): Damage {
  return ({ entries: all, closing }) => {
    const target = all[seq - 1]!;
    const body = JSON.parse(target.body) as Record<string, never> & EntryBody;
    change(body);
    target.body = jcs(body);
    if (!again) return;
    for (const [index, entry] of all.entries()) {
      if (index > 0) entry.prevHash = all[index - 1]!.hash;
      entry.hash = entryHash(entry.prevHash, entry.body);
    }
    closing.headHash = all.at(-1)!.hash;
  };
}

const damages: readonly (readonly [what: string, damage: Damage, seq: number | undefined, detail: RegExp])[] = [
  ['an amount changed', rewrite(3, (b) => Object.assign(b.postings[0]!, { credits: -9 })), 3, /hash is not/],
  [
    'an amount changed, the chain made anew',
    rewrite(3, (b) => Object.assign(b.postings[0]!, { credits: -9 }), true),
    3,
    /sum to 1/,
  ],
  [
    'amounts moved against each other, the chain made anew',
    rewrite(1, (b) => b.postings.forEach((p) => Object.assign(p, { credits: p.credits * 2 })), true),
    1,
    /balanceAfter.available is 50; .* give 100/,
  ],
  [
    'a balance changed, the chain made anew',
    rewrite(6, (b) => Object.assign(b.balanceAfter, { held: 1 }), true),
    6,
    /held is 1/,
  ],
  ['an entry deleted', (s) => s.entries.splice(2, 1), 3, /seq 4 stands in the place of 3/],
  ['the first entry deleted', (s) => s.entries.shift(), 1, /seq 2/],
  ['the last entry deleted', (s) => s.entries.pop(), undefined, /ends with entry 5, its period with entry 6/],
  ['an entry inserted', (s) => s.entries.splice(2, 0, { ...s.entries[1]! }), 3, /seq 2 stands in the place of 3/],
  ['entries swapped', (s) => s.entries.splice(1, 2, s.entries[2]!, s.entries[1]!), 2, /seq 3/],
  ['a hash changed', (s) => (s.entries[3]!.hash = 'f'.repeat(64)), 4, /hash is not/],
  [
    'a link changed, with its hash',
    (s) => {
      const entry = s.entries[3]!;
      entry.prevHash = 'e'.repeat(64);
      entry.hash = entryHash(entry.prevHash, entry.body);
    },
    4,
    /prevHash is not/,
  ],
  ['an id changed', (s) => (s.entries[0]!.id = '0'.repeat(32)), 1, /id should be/],
  ['an end under another id', (s) => (s.entries[2]!.id = '0'.repeat(32)), 3, /id should be/],
  ['the bytes written otherwise', (s) => (s.entries[0]!.body += ' '), 1, /canonical/],
  ['bytes that are no JSON', (s) => (s.entries[0]!.body = '{"v":1'), 1, /canonical/],
  ['bytes that are no object', (s) => (s.entries[0]!.body = '7'), 1, /object/],
  ["another wallet's entry", rewrite(1, (b) => Object.assign(b, { walletId: 'other' }), true), 1, /walletId other/],
  ["another environment's entry", rewrite(1, (b) => Object.assign(b, { env: 'other' }), true), 1, /env other/],
  ['time that runs backwards', rewrite(2, (b) => Object.assign(b, { createdAt: 1 }), true), 2, /created before/],
  [
    'credits that are no integer',
    rewrite(2, (b) => Object.assign(b.postings[0]!, { credits: '1' }), true),
    2,
    /posting/,
  ],
  ['a time that no date can be', rewrite(2, (b) => Object.assign(b, { createdAt: 9e15 }), true), 2, /no time/],
  ['a hold that is no text', rewrite(2, (b) => Object.assign(b, { holdId: [] }), true), 2, /holdId/],
  [
    'a prototype in an entry',
    (s) => (s.entries[1] = JSON.parse(`{"__proto__":${JSON.stringify(s.entries[1])}}`)),
    2,
    /id is missing/,
  ],
  [
    'a prototype in a body',
    (s) => (s.entries[1]!.body = `{"__proto__":${s.entries[1]!.body}}`),
    2,
    /v, chain or unit is unknown/,
  ],
  ['a foreign field in an entry', (s) => Object.assign(s.entries[1]!, { note: 'x' }), 2, /note is no field/],
  ['no entry', (s) => (s.entries[1] = null as never), 2, /not an object/],
  ['the opening balance changed', (s) => (s.opening.balance.available = 9), undefined, /opens with a balance/],
  ['the opening hash changed', (s) => (s.opening.prevHash = '0'.repeat(64)), undefined, /genesis/],
  ['the closing balance changed', (s) => (s.closing.balance.debt = 1), undefined, /closing.balance/],
  ['the closing hash changed', (s) => (s.closing.headHash = '0'.repeat(64)), undefined, /closing.headHash/],
  ['the count changed', (s) => (s.closing.count = 5), undefined, /closing.count/],
  ['the closing seq changed', (s) => (s.closing.seq = 5), undefined, /closing.seq/],
  ['another wallet named', (s) => (s['walletId'] = 'other'), undefined, /genesis of this wallet/],
];

describe('a damaged statement', () => {
  it.each(damages)('is named by its first bad entry: %s', (_what, damage, seq, detail) => {
    const statement = statementOf(entries);
    damage(statement);
    const verdict = verify(JSON.parse(JSON.stringify(statement)));
    expect(verdict).toMatchObject({ kind: 'broken', detail: expect.stringMatching(detail) });
    expect((verdict as { seq?: number }).seq).toBe(seq);
    if (seq !== undefined && !/prototype|no entry/.test(_what)) {
      expect((verdict as { id?: string }).id ?? statement.entries[seq - 1]?.id).toBe(statement.entries[seq - 1]?.id);
    }
  });

  it('of a stretch names a balance that does not follow from the opening one', () => {
    const statement = statementOf(entries, 3);
    statement.opening.balance.available += 1;
    expect(verify(statement)).toMatchObject({ kind: 'broken', seq: 3, id: entries[2]!.id });
  });
});

describe('what is no statement', () => {
  const whole = JSON.stringify(statementOf(entries));
  it.each<readonly [what: string, value: unknown, detail: RegExp]>([
    ['null', null, /not an object/],
    ['a list', [], /not an object/],
    ['a text', 'statement', /not an object/],
    ['an empty object', {}, /v is missing/],
    ['one of a later version', { ...statementOf(entries), v: 2 }, /v is not/],
    ['one without its end', { ...statementOf(entries), closing: undefined }, /closing is missing/],
    ['one with a foreign field', { ...statementOf(entries), more: 1 }, /more is no field/],
    ['a range that begins at 0', { ...statementOf(entries), period: { fromSeq: 0, toSeq: 6 } }, /period.fromSeq/],
    ['a checkpoint of another form', { ...statementOf(entries), checkpoint: {} }, /checkpoint/],
    ['a prototype instead of fields', JSON.parse(`{"__proto__":${whole}}`), /v is missing/],
    ['a prototype beside them', JSON.parse(whole.replace('{', '{"__proto__":{"v":2},')), /__proto__ is no field/],
    ['a constructor beside them', JSON.parse(whole.replace('{', '{"constructor":{},')), /constructor is no field/],
  ])('is told so: %s', (_what, value, detail) => {
    const verdict = verify(value);
    expect(verdict).toMatchObject({ kind: 'malformed', detail: expect.stringMatching(detail) });
    expect(({} as { v?: number }).v).toBeUndefined();
  });

  it('never throws, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(statementOf(entries))), (value, field) => {
        expect(['broken', 'malformed', 'sound']).toContain(verify({ ...statementOf(entries), [field]: value }).kind);
        expect(['broken', 'malformed']).toContain(verify({ ...statementOf(entries), entries: [value] }).kind);
      }),
    );
  });
});
