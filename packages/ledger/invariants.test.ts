// The audit finds nothing in a valid chain and names every kind of damage done to one.
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { entryHash, genesis, jcs } from './index.ts';
import type { Entry, EntryBody, Json, Wallet } from './index.ts';
import { invariants } from './invariants.ts';
import type { Invariant } from './invariants.ts';
import { history } from './testing/history.ts';
import { ENV, holdIdOf, newPlayer, WALLET_ID } from './testing/player.ts';
import { expectTable } from './testing/table.ts';

/** A chain with an open hold at its end. */
const rows = `
  1  | grant g bonus 20 expires=30   | grant                    | 20 0 0
  2  | grant p purchase 100          | grant                    | 120 0 0
  3  | reserve a 15                  | reserve                  | 105 15 0
  4  | settle a 12                   | settle                   | 108 0 0
  5  | deduct d 6                    | deduct                   | 102 0 0
  6  | reserve b 10 ttl=4            | reserve                  | 92 10 0
  7  | grant h plan 40 expires=12    | grant                    | 132 10 0
  13 | reserve c 30                  | expireHold expireGrant reserve | 72 30 0
  14 | release c                     | release                  | 102 0 0
  15 | reserve e 5                   | reserve                  | 97 5 0
  16 | extend e 2000                 | extend                   | 97 5 0
`;

/** What follows it: overruns, what comes late, settings. */
const rowsLater = `
  17 | reserve f 4                   | reserve                  | 93 9 0
  18 | settle f 7 max=8              | settle                   | 90 5 0
  19 | reserve i 3 ttl=1             | reserve                  | 87 8 0
  21 | settle i 2 max=9              | expireHold lateSettle    | 88 5 0
  22 | reserve j 3 ttl=1             | reserve                  | 85 8 0
  24 | reserve l 3 supersedes=j      | expireHold closeHold reserve | 85 8 0
  25 | configure u unmetered=true limit=9 | configure           | 85 8 0
  26 | deduct w 50                   | deduct                   | 85 8 0
  26 | reserve v 6                   | reserve                  | 85 8 0
  27 | configure m unmetered=false   | configure                | 85 8 0
  28 | settle v 7 max=8              | settle                   | 85 8 0
  29 | freeze                        | configure                | 85 8 0
  30 | settle e 5                    | settle                   | 85 3 0
  30 | thaw                          | configure                | 85 3 0
  31 | reserve x 4 ttl=2000          | reserve                  | 81 7 0
`;

let wallet: Wallet;
let entries: Entry[];
beforeEach(() => {
  ({ wallet, entries } = expectTable(rows));
});

it('finds nothing in a valid chain', () => {
  expect(invariants(wallet, entries)).toEqual([]);
});

/** The invariants that a damaged chain or wallet breaks, each once, in order of appearance. */
function broken(damagedWallet: Wallet, damagedEntries: readonly Entry[]): readonly Invariant[] {
  return [...new Set(invariants(damagedWallet, damagedEntries).map(({ invariant }) => invariant))];
}

/** The chain with one body changed, all hashes behind it made right again: only the meaning is wrong. */
function forged(seq: number, change: (body: EntryBody) => object, id?: string): { wallet: Wallet; entries: Entry[] } {
  return rechained(
    entries.map((entry) => {
      if (entry.seq !== seq) return entry;
      return { ...entry, id: id ?? entry.id, body: jcs(change(JSON.parse(entry.body) as EntryBody) as Json) };
    }),
  );
}

/** Links entries anew, as someone would who can write the database and knows the format. */
function rechained(list: readonly Entry[]): { wallet: Wallet; entries: Entry[] } {
  let prevHash = genesis(ENV, WALLET_ID);
  const linked = list.map((entry) => {
    const hash = entryHash(prevHash, entry.body);
    const result = { ...entry, prevHash, hash };
    prevHash = hash;
    return result;
  });
  return { wallet: { ...wallet, headHash: prevHash }, entries: linked };
}

function seqOf(type: string, nth = 1): number {
  return entries.filter((entry) => entry.type === type)[nth - 1]?.seq as number;
}

describe('damage that does not hide itself', () => {
  it('an entry is missing: first, middle, last', () => {
    expect(broken(wallet, entries.slice(1))).toEqual(expect.arrayContaining(['chain', 'sequence', 'wallet']));
    expect(broken(wallet, entries.toSpliced(4, 1))).toEqual(expect.arrayContaining(['chain', 'sequence', 'wallet']));
    expect(broken(wallet, entries.slice(0, -1))).toEqual(['wallet']);
    expect(broken(wallet, [])).toEqual(['wallet']);
  });

  it('an amount is changed in the stored bytes', () => {
    const seq = seqOf('deduct');
    const cheaper = entries.map((entry) =>
      entry.seq === seq ? { ...entry, body: entry.body.replaceAll('6', '5') } : entry,
    );
    expect(broken(wallet, cheaper)).toContain('chain');
  });

  it('an entry is inserted, repeated, or two are swapped', () => {
    const second = entries[1] as Entry;
    expect(broken(wallet, entries.toSpliced(1, 0, second))).toEqual(
      expect.arrayContaining(['chain', 'sequence', 'uniqueness']),
    );
    const swapped = entries.with(1, entries[0] as Entry).with(0, second);
    expect(broken(wallet, swapped)).toEqual(expect.arrayContaining(['chain', 'sequence']));
  });

  it('the chain is transplanted to another environment or wallet', () => {
    expect(broken({ ...wallet, env: 'prod/(default)' }, entries)).toEqual(
      expect.arrayContaining(['chain', 'identity']),
    );
    expect(broken({ ...wallet, walletId: 'another' }, entries)).toEqual(expect.arrayContaining(['chain', 'identity']));
  });

  it('the document says another seq, shard, type or operation than its body', () => {
    for (const change of [{ seq: 99 }, { seqShard: 3 }, { type: 'deduct' as const }, { operation: 'story' }]) {
      expect(broken(wallet, [{ ...(entries[0] as Entry), ...change }, ...entries.slice(1)])).toEqual(['form']);
    }
  });

  it('bytes that are no canonical JSON, or no JSON, or nothing like an entry', () => {
    const first = entries[0] as Entry;
    for (const body of ['', '{', 'null', '[]', '7', '{}', ` ${first.body}`, first.body.replace('{', '{"a":1.5,')]) {
      const damaged = rechained([{ ...first, body }, ...entries.slice(1)]);
      expect(broken(damaged.wallet, damaged.entries)).toContain('form');
    }
  });
});

it('what is no entry at all is a finding, not a crash', () => {
  for (const nonsense of [null, undefined, 7]) {
    expect(broken(wallet, entries.with(0, nonsense as unknown as Entry))).toContain('form');
  }
});

describe('an edited wallet', () => {
  const anyHold = holdIdOf('e');
  it.each<[string, (wallet: Wallet) => object]>([
    ['totals', ({ totals }) => ({ totals: { ...totals, available: totals.available + 1 } })],
    ['a grant with more left', ({ grants }) => ({ grants: grants.map((grant) => ({ ...grant, remaining: 999 })) })],
    ['a later expiry', ({ grants }) => ({ grants: grants.map((grant) => ({ ...grant, expiresAt: 1e15 })) })],
    ['a grant of another kind', ({ grants }) => ({ grants: grants.map((grant) => ({ ...grant, kind: 'purchase' })) })],
    ['an invented grant', ({ grants }) => ({ grants: [...grants, { ...grants[0], grantId: 'x' }] })],
    ['a grant that is gone', ({ grants }) => ({ grants: grants.slice(1) })],
    ['grants in another order', ({ grants }) => ({ grants: grants.toReversed() })],
    ['a smaller hold', ({ holds }) => ({ holds: { [anyHold]: { ...holds[anyHold], credits: 1 } } })],
    ['a hold of another account', ({ holds }) => ({ holds: { [anyHold]: { ...holds[anyHold], actor: 'me' } } })],
    ['a hold that lasts longer', ({ holds }) => ({ holds: { [anyHold]: { ...holds[anyHold], expiresAt: 9e9 } } })],
    ['a hold that is gone', () => ({ holds: {} })],
    ['unmetered', () => ({ unmetered: true })],
    ['an unmetered hold', ({ holds }) => ({ holds: { [anyHold]: { ...holds[anyHold], unmetered: true } } })],
    ['status', () => ({ status: 'frozen' })],
    ['the limit', () => ({ overdraftLimit: 1000 })],
    ['caps', () => ({ caps: { daily: 1000 } })],
    ['debt', () => ({ debt: 5 })],
    ['seq', ({ seq }) => ({ seq: seq + 1 })],
    ['head', () => ({ headHash: 'f'.repeat(64) })],
    ['time', () => ({ at: 1 })],
    ['NaN', () => ({ debt: NaN })],
    ['nothing', () => ({ grants: undefined })],
    ['a foreign field', () => ({ bonus: 5 })],
    ['version', () => ({ v: 2 })],
  ])('shows: %s', (_name, edit) => {
    expect(broken({ ...wallet, ...edit(wallet) }, entries)).toEqual(['wallet']);
  });

  it('that is no wallet at all is a finding, not a crash', () => {
    for (const nonsense of [{}, { env: 7n, walletId: Symbol('w') }, { env: undefined, grants: 'none', holds: null }]) {
      expect(broken(nonsense as unknown as Wallet, entries)).toContain('wallet');
    }
  });
});

describe('a forged chain with right hashes', () => {
  /** An entry of every type. */
  beforeEach(() => {
    ({ wallet, entries } = expectTable(rows + rowsLater));
    expect(new Set(entries.map(({ type }) => type)).size).toBe(11);
  });

  /** Forges the entry of a type and expects the invariant to be named, at that entry. */
  function expectNamed(invariant: Invariant, type: string, change: (body: EntryBody) => object, id?: string): void {
    const seq = seqOf(type);
    const damaged = forged(seq, change, id);
    const named = invariants(damaged.wallet, damaged.entries).filter((violation) => violation.seq === seq);
    expect(named.map((violation) => violation.invariant)).toContain(invariant);
  }
  const times = (body: EntryBody, factor: number) => ({
    ...body,
    postings: body.postings.map((posting) => ({ ...posting, credits: posting.credits * factor })),
  });

  it('postings: sum, account, nothing moved, no grant, unknown grant', () => {
    const add = (posting: object) => (body: EntryBody) => ({ ...body, postings: [...body.postings, posting] });
    expectNamed('postings', 'grant', add({ account: 'available', credits: 1, grantId: entries[0]?.id }));
    expectNamed('postings', 'grant', add({ account: 'bank', credits: 1 }));
    expectNamed('postings', 'deduct', add({ account: 'consumed', credits: 0 }));
    expectNamed('postings', 'deduct', (body) => ({
      ...body,
      postings: body.postings.map(({ account, credits }) => ({ account, credits })),
    }));
    expectNamed('postings', 'deduct', (body) => ({
      ...body,
      postings: body.postings.map((posting) => (posting.grantId ? { ...posting, grantId: 'unknown' } : posting)),
    }));
  });

  it('amount: other than named, backwards, or on an account that is not its type’s', () => {
    for (const type of ['grant', 'reserve', 'settle', 'deduct', 'expireGrant']) {
      expectNamed('amount', type, (body) => times(body, 2));
      expectNamed('amount', type, (body) => times(body, -1));
      expectNamed('amount', type, (body) => ({ ...body, postings: [] }));
    }
    expectNamed('amount', 'settle', (body) => ({ ...body, credits: 0 }));
    expectNamed('amount', 'deduct', (body) => ({
      ...body,
      postings: body.postings.map((p) => (p.account === 'consumed' ? { ...p, account: 'expired' } : p)),
    }));
  });

  it('a settle above its hold', () => {
    expectNamed('amount', 'settle', (body) => ({
      ...body,
      credits: 30,
      postings: [
        ...body.postings.filter(({ account }) => account === 'held'),
        { account: 'consumed', credits: 30 },
        { account: 'available', credits: -15, grantId: entries[1]?.id },
      ],
    }));
  });

  it('a settle above what it may charge, or one that lets go what could have been paid', () => {
    const seq = seqOf('settle', 2);
    const named = (change: (body: EntryBody) => object) => {
      const damaged = forged(seq, change);
      return invariants(damaged.wallet, damaged.entries)
        .filter((v) => v.seq === seq)
        .map((v) => v.invariant);
    };
    expect(named((body) => ({ ...body, creditsMax: 6 }))).toContain('amount');
    expect(named(({ creditsMax: _max, ...body }) => body)).toContain('amount');
    expect(named((body) => ({ ...body, shortfall: 0 }))).toContain('amount');
    expect(named((body) => ({ ...body, shortfall: 1 }))).toContain('amount');
    expect(named((body) => ({ ...body, creditsMax: 99, shortfall: 2 }))).toContain('amount');
    expect(named((body) => ({ ...body, overrun: 'debt', shortfall: 1 }))).toContain('amount');
    expect(named((body) => ({ ...body, overrun: 'absorb' }))).toContain('form');
    expect(named((body) => ({ ...body, credits: 4 }))).toContain('amount');
    const other = entries.find(({ type }) => type === 'grant')?.id;
    const postings = (body: EntryBody) =>
      body.postings.map((p) => (p.account === 'available' ? { ...p, grantId: other } : p));
    expect(named((body) => ({ ...body, postings: postings(body) }))).toContain('burnDown');
    for (const mark of [{ creditsMax: 30 }, { shortfall: 1 }, { overrun: 'debt' }]) {
      expectNamed('amount', 'settle', (body) => ({ ...body, ...mark }));
    }
  });

  it('a late settle or a closing of a hold that has not expired, was settled late, or is closed', () => {
    for (const type of ['lateSettle', 'closeHold']) {
      expectNamed('hold', type, (body) => ({ ...body, holdId: holdIdOf('a') }));
      expectNamed('hold', type, (body) => ({ ...body, holdId: holdIdOf('l') }));
      expectNamed('hold', type, (body) => ({ ...body, operation: 'story' }));
      expectNamed('hold', type, (body) => ({ ...body, actor: { ...body.actor, pseudonym: 'render' } }));
      expectNamed('uniqueness', type, (body) => body, 'another');
      expectNamed('amount', type, (body) => times({ ...body, postings: [{ account: 'consumed', credits: 1 }] }, -1));
    }
    expectNamed('hold', 'closeHold', (body) => ({ ...body, holdId: holdIdOf('i') }));
    expectNamed('hold', 'lateSettle', (body) => ({ ...body, priceVersion: 2 }));
    expectNamed('amount', 'lateSettle', (body) => ({ ...body, credits: 3 }));
    expectNamed('amount', 'lateSettle', (body) => ({ ...body, shortfall: 1 }));
    expectNamed('amount', 'lateSettle', (body) => ({ ...body, shortfall: 5 }));
    expectNamed('form', 'lateSettle', ({ creditsMax: _max, ...body }) => body);
    const seq = seqOf('reserve', 8);
    const damaged = forged(seq, (body) => ({ ...body, supersedes: holdIdOf('i') }));
    expect(broken(damaged.wallet, damaged.entries)).toEqual(['hold']);
  });

  it('settings: by nobody else, of known kinds, obeyed when frozen and when unmetered', () => {
    expectNamed('settings', 'configure', (body) => ({ ...body, actor: { ...body.actor, kind: 'service' } }));
    expectNamed('settings', 'configure', (body) => ({ ...body, configure: {} }));
    expectNamed('settings', 'configure', (body) => ({ ...body, configure: { overdraftLimit: -1 } }));
    expectNamed('settings', 'configure', (body) => ({ ...body, configure: { status: 'gone' } }));
    expectNamed('form', 'configure', (body) => ({ ...body, configure: { unmetered: 'false' } }));
    expectNamed('form', 'configure', (body) => ({ ...body, configure: { caps: 5 } }));
    expectNamed('form', 'configure', (body) => ({ ...body, configure: { caps: { hourly: 5 } } }));
    expectNamed('settings', 'configure', (body) => ({ ...body, configure: { caps: { daily: -5 } } }));
    expectNamed('amount', 'configure', (body) => ({ ...body, postings: [{ account: 'waived', credits: 1 }] }));
    for (const type of ['reserve', 'deduct', 'settle', 'lateSettle']) {
      expectNamed('settings', type, (body) => ({ ...body, unmetered: true }));
    }
    expectNamed('form', 'deduct', (body) => ({ ...body, unmetered: false }));
    const nth = (type: string, n: number, change: (body: EntryBody) => object): readonly Invariant[] => {
      const damaged = forged(seqOf(type, n), change);
      return invariants(damaged.wallet, damaged.entries)
        .filter((v) => v.seq === seqOf(type, n))
        .map((v) => v.invariant);
    };
    const metered = ({ unmetered: _unmetered, ...body }: EntryBody) => body;
    expect(nth('deduct', 2, metered)).toContain('settings');
    expect(nth('settle', 3, metered)).toContain('settings');
    expect(nth('settle', 3, (body) => ({ ...body, creditsMax: 6 }))).toContain('amount');
    expect(nth('settle', 3, (body) => ({ ...body, shortfall: 1 }))).toContain('amount');
    expect(nth('deduct', 2, (body) => ({ ...body, postings: [] }))).toContain('amount');
    expect(nth('deduct', 2, (body) => ({ ...body, credits: 49 }))).toContain('amount');
    const seq = entries.length; // the last reserve, in a wallet that is not thawed
    const frozen = forged(seq - 1, (body) => ({ ...body, configure: { status: 'frozen' } }));
    expect(
      invariants(frozen.wallet, frozen.entries)
        .filter((v) => v.seq === seq)
        .map((v) => v.invariant),
    ).toEqual(['settings']);
  });

  it('a late settle of a hold that a reserve superseded before such holds were closed', () => {
    const close = seqOf('closeHold');
    const late = { type: 'lateSettle', creditsMax: 3, credits: 0, priceVersion: 1, reasonCode: undefined };
    // The reserve first, then the settle in the place of the closing.
    const [closing, reserve] = [entries[close - 1] as Entry, entries[close] as Entry];
    const moved = { ...reserve, seq: close, body: reserve.body.replace(`"seq":${close + 1}`, `"seq":${close}`) };
    const { reasonCode: _code, ...rest } = JSON.parse(closing.body) as EntryBody;
    const { reasonCode: _none, ...settled } = {
      ...rest,
      ...late,
      seq: close + 1,
      balanceAfter: { available: 85, held: 8, debt: 0 },
    };
    const last = { ...closing, type: 'lateSettle' as const, seq: close + 1, body: jcs(settled as unknown as Json) };
    const damaged = rechained([...entries.slice(0, close - 1), moved, last]);
    const found = invariants(damaged.wallet, damaged.entries).filter((v) => v.seq === close + 1);
    expect(found.map((v) => v.invariant)).toEqual(['hold']);
  });

  it('a grant of nothing, one that begins expired, one of no known kind', () => {
    expectNamed('amount', 'grant', (body) => ({ ...body, grant: { ...body.grant, credits: 0 }, postings: [] }));
    expectNamed('time', 'grant', (body) => ({ ...body, grant: { ...body.grant, expiresAt: body.createdAt } }));
    expectNamed('form', 'grant', (body) => ({ ...body, grant: { ...body.grant, kind: 'gift' } }));
  });

  it('postings that name a grant or a hold where none belongs', () => {
    for (const foreign of [{ holdId: holdIdOf('a') }, { grantId: entries[1]?.id }]) {
      expectNamed('postings', 'deduct', (body) => ({
        ...body,
        postings: body.postings.map((p) => (p.account === 'consumed' ? { ...p, ...foreign } : p)),
      }));
    }
  });

  it('burn-down: the wrong grant pays, or gets what returns', () => {
    const paid = () => entries[1]?.id;
    expectNamed('burnDown', 'reserve', (body) => ({
      ...body,
      postings: [
        { account: 'held', credits: 15, grantId: paid(), holdId: body.holdId },
        { account: 'available', credits: -15, grantId: paid() },
      ],
    }));
    expectNamed('burnDown', 'settle', (body) => ({
      ...body,
      postings: body.postings.map((p) => (p.account === 'available' ? { ...p, grantId: paid() } : p)),
    }));
  });

  it('debt: spending beyond the limit, and repaying what nobody owes', () => {
    expectNamed('debt', 'deduct', (body) => ({
      ...body,
      credits: 200,
      postings: [
        { account: 'consumed', credits: 200 },
        { account: 'available', credits: -98, grantId: entries[1]?.id },
        { account: 'debt', credits: -102 },
      ],
    }));
    expectNamed('debt', 'grant', (body) => ({
      ...body,
      postings: [
        { account: 'issued', credits: -20 },
        { account: 'debt', credits: 20 },
      ],
    }));
  });

  it('negative: more leaves a grant than it has', () => {
    expectNamed('negative', 'deduct', (body) => ({
      ...body,
      credits: 200,
      postings: [
        { account: 'consumed', credits: 200 },
        { account: 'available', credits: -200, grantId: entries[1]?.id },
      ],
    }));
  });

  it('balance: balanceAfter is not the balance after', () => {
    const types = [
      'configure',
      'grant',
      'reserve',
      'extend',
      'settle',
      'lateSettle',
      'closeHold',
      'release',
      'deduct',
      'expireHold',
    ];
    for (const type of [...types, 'expireGrant']) {
      for (const part of ['available', 'held', 'debt'] as const) {
        expectNamed('balance', type, (body) => ({
          ...body,
          balanceAfter: { ...body.balanceAfter, [part]: body.balanceAfter[part] + 1 },
        }));
      }
    }
  });

  it('hold: ended twice, by another account, under another operation or price, superseding a settled one', () => {
    expectNamed('hold', 'settle', (body) => ({ ...body, actor: { ...body.actor, pseudonym: 'render' } }));
    expectNamed('hold', 'release', (body) => ({ ...body, actor: { ...body.actor, pseudonym: 'render' } }));
    expectNamed('hold', 'settle', (body) => ({ ...body, operation: 'story' }));
    expectNamed('hold', 'settle', (body) => ({ ...body, priceVersion: 2 }));
    expectNamed('hold', 'release', (body) => ({ ...body, holdId: holdIdOf('a') }));
    expectNamed('hold', 'reserve', (body) => ({ ...body, supersedes: holdIdOf('a') }));
    expectNamed('hold', 'reserve', (body) => ({ ...body, expiresAt: body.createdAt }));
    expectNamed('hold', 'reserve', (body) => ({ ...body, expiresAt: body.createdAt + 86_400_001 }));
    expectNamed('hold', 'expireHold', (body) => ({ ...body, holdId: 'unknown' }));
    for (const change of [
      { holdId: 'unknown' },
      { operation: 'story' },
      { actor: { kind: 'service', pseudonym: 'render' } },
      { expiresAt: 914_999 },
      { expiresAt: 86_415_001 },
    ]) {
      expectNamed('hold', 'extend', (body) => ({ ...body, ...change }));
    }
    expectNamed('amount', 'extend', (body) => ({ ...body, postings: [{ account: 'consumed', credits: 1 }] }));
    const seq = seqOf('reserve', 2);
    const damaged = forged(seq, (body) => ({ ...body, supersedes: holdIdOf('a') }));
    expect(broken(damaged.wallet, damaged.entries)).toEqual(['hold']);
  });

  it('time: backwards, ahead, another moment than the deadline, a command in front of what was due', () => {
    expectNamed('time', 'settle', (body) => ({ ...body, createdAt: 1, effectiveAt: 1 }));
    expectNamed('time', 'settle', (body) => ({ ...body, effectiveAt: body.effectiveAt + 1 }));
    expectNamed('time', 'settle', (body) => ({ ...body, effectiveAt: body.effectiveAt - 1 }));
    expectNamed('time', 'expireHold', (body) => ({ ...body, effectiveAt: body.effectiveAt - 1 }));
    expectNamed('time', 'expireGrant', (body) => ({ ...body, effectiveAt: body.createdAt }));
    expectNamed('time', 'deduct', (body) => ({ ...body, createdAt: 40_000, effectiveAt: 40_000 }));
  });

  it('uniqueness: an id that is not the entry’s own, an end that is another hold’s, time by somebody', () => {
    expectNamed('uniqueness', 'deduct', (body) => body, 'another');
    expectNamed('uniqueness', 'deduct', (body) => ({ ...body, keyDigest: entries[0]?.id }), entries[0]?.id);
    expectNamed('uniqueness', 'settle', (body) => body, holdIdOf('a'));
    expectNamed('uniqueness', 'expireGrant', (body) => body, 'another');
    expectNamed('uniqueness', 'expireHold', (body) => ({ ...body, actor: { kind: 'admin', pseudonym: 'time' } }));
    expectNamed('uniqueness', 'deduct', (body) => ({ ...body, actor: { kind: 'time', pseudonym: 'time' } }));
    expectNamed('uniqueness', 'expireHold', (body) => ({ ...body, keyDigest: 'another' }));
    expectNamed('uniqueness', 'expireGrant', (body) => ({ ...body, fingerprint: 'another' }));
  });

  it('form: a field missing, foreign, of another kind, another version, chain or unit', () => {
    for (const field of ['env', 'postings', 'actor', 'createdAt', 'keyDigest', 'credits', 'params']) {
      expectNamed('form', 'deduct', (body) =>
        Object.fromEntries(Object.entries(body).filter(([name]) => name !== field)),
      );
      expectNamed('form', 'deduct', (body) => ({ ...body, [field]: null }));
    }
    for (const foreign of ['memo', 'holdId', 'constructor'])
      expectNamed('form', 'deduct', (body) => ({ ...body, [foreign]: 'x' }));
    for (const other of [{ v: 2 }, { chain: 'side' }, { unit: 'euro' }, { type: 'mint' }, { type: 'constructor' }]) {
      expectNamed('form', 'deduct', (body) => ({ ...body, ...other }));
    }
    expectNamed('form', 'deduct', (body) => ({ ...body, postings: [7] }));
    expectNamed('form', 'deduct', (body) => ({ ...body, actor: { ...body.actor, kind: 'root' } }));
    expectNamed('form', 'deduct', (body) => ({ ...body, actor: { ...body.actor, email: 'x' } }));
    expectNamed('form', 'grant', (body) => ({ ...body, grant: { ...body.grant, note: 'x' } }));
  });

  it('sequence and identity in the bytes', () => {
    expectNamed('sequence', 'deduct', (body) => ({ ...body, seq: 99 }));
    expectNamed('identity', 'deduct', (body) => ({ ...body, env: 'prod/(default)' }));
    expectNamed('identity', 'deduct', (body) => ({ ...body, walletId: 'another' }));
  });

  it('a tail that is cut together with the wallet’s head does not reproduce the wallet', () => {
    const cut = rechained(entries.slice(0, -2));
    expect(broken({ ...cut.wallet, seq: cut.entries.length }, cut.entries)).toEqual(['wallet']);
  });
});

describe('random damage', () => {
  it('one changed digit anywhere in a body is found', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(), (events, entryIndex, digitIndex) => {
        const player = newPlayer();
        let now = 1_000;
        for (const { afterMs, command } of events) player.play(command, (now += afterMs));
        if (player.entries.length === 0) return;
        const at = entryIndex % player.entries.length;
        const entry = player.entries[at] as Entry;
        const digits = [...entry.body.matchAll(/\d/g)].map((match) => match.index);
        const place = digits[digitIndex % digits.length] as number;
        const digit = (Number(entry.body[place]) + 1) % 10;
        const body = `${entry.body.slice(0, place)}${digit}${entry.body.slice(place + 1)}`;
        expect(broken(player.wallet, player.entries.with(at, { ...entry, body }))).toContain('chain');
      }),
      { numRuns: 100 },
    );
  });

  it('reports at most 100 violations', () => {
    const player = newPlayer();
    const list = expectTable(
      Array.from({ length: 150 }, (_, n) => `1 | deduct k${n} 0 | deduct |`).join('\n'),
      player,
    ).entries;
    expect(invariants({ ...player.wallet, env: 'prod/(default)' }, list)).toHaveLength(100);
  });
});
