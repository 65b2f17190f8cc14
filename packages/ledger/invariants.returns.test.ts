// The audit names every kind of damage done to what returns: buckets, rollovers, refunds, payments, and the facts of them.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { chargeFactId, entryHash, genesis, jcs, keyId, paymentFactId } from './index.ts';
import type { Entry, EntryBody, Fact, Json, Wallet } from './index.ts';
import { invariants } from './invariants.ts';
import type { Invariant } from './invariants.ts';
import { ENV, newPlayer, WALLET_ID } from './testing/player.ts';
import { expectTable } from './testing/table.ts';

const rows = `
  1  | grant g bonus 20 expires=30            | grant             | 20 0 0
  2  | grant h bonus 5 expires=30             | grant             | 25 0 0
  3  | deduct d 12                            | deduct            | 13 0 0
  4  | refund deduct:d 5                      | refund            | 18 0 0
  5  | grant p plan 9 expires=40 cap=4 until=90 | grant           | 27 0 0
  6  | pay pi_1 10                            | grant             | 37 0 0
  7  | pay pi_1 10 7                          | clawback          | 30 0 0
  8  | pay pi_1 10 3                          | reinstate         | 34 0 0
  31 | refund deduct:d                        | expireGrant refund | 23 0 0
  41 | pay pi_2 6 2 kind=plan expires=60      | rollover grant clawback | 22 0 0
  61 | pay pi_2 6 1 kind=plan expires=60      | expireGrant reinstate | 19 0 0
`;

const deductId = keyId(WALLET_ID, 'deduct', 'd');
let wallet: Wallet;
let entries: readonly Entry[];
let facts: ReadonlyMap<string, Fact>;

beforeEach(() => {
  ({ wallet, entries, facts } = expectTable(rows, newPlayer()));
});

/** What is named at the nth entry of a type once its body says something else, all hashes behind it made right again. */
function named(type: string, nth: number, change: (body: EntryBody) => object): readonly Invariant[] {
  const seq = entries.filter((entry) => entry.type === type)[nth - 1]?.seq;
  let prevHash = genesis(ENV, WALLET_ID);
  const linked = entries.map((entry) => {
    const body = entry.seq === seq ? jcs(change(JSON.parse(entry.body) as EntryBody) as Json) : entry.body;
    const hash = entryHash(prevHash, body);
    const result = { ...entry, body, prevHash, hash };
    prevHash = hash;
    return result;
  });
  const found = invariants({ ...wallet, headHash: prevHash }, linked).filter((violation) => violation.seq === seq);
  return found.map(({ invariant }) => invariant);
}

const granting = (fields: object) => (body: EntryBody) => ({ ...body, grant: { ...body.grant, ...fields } });
const saying = (fields: object) => (body: EntryBody) => ({ ...body, ...fields });

it('finds nothing in a valid chain with its facts', () => {
  expect(invariants(wallet, entries, facts)).toEqual([]);
});

describe('a forged chain with right hashes shows', () => {
  type Damage = readonly [Invariant, what: string, type: string, nth: number, (body: EntryBody) => object];
  const damages: readonly Damage[] = [
    [
      'bucket',
      'a grant that keeps to itself beside its equal',
      'grant',
      2,
      ({ grant, ...body }) => {
        const { mergedInto: _into, ...own } = grant as NonNullable<typeof grant>;
        return { ...body, grant: own };
      },
    ],
    [
      'bucket',
      'a grant that joins a bucket of another kind',
      'grant',
      4,
      granting({ mergedInto: keyId(WALLET_ID, 'grant', 'g') }),
    ],
    [
      'bucket',
      'a refund that joins a bucket of another expiry',
      'refund',
      2,
      granting({ mergedInto: keyId(WALLET_ID, 'grant', 'p') }),
    ],
    ['bucket', 'a rollover into a bucket of another expiry', 'rollover', 1, granting({ mergedInto: deductId })],

    ['rollover', 'more than the cap', 'rollover', 1, granting({ credits: 5 })],
    ['rollover', 'another expiry', 'rollover', 1, granting({ expiresAt: 91_000 })],
    ['rollover', 'another kind', 'rollover', 1, granting({ kind: 'purchase' })],
    ['rollover', 'rolling over again', 'rollover', 1, granting({ rollover: { cap: 1, expiresAt: 99_000 } })],
    ['rollover', 'another moment', 'rollover', 1, saying({ effectiveAt: 41_000 })],
    ['rollover', 'a grant that may not', 'rollover', 1, saying({ grantId: keyId(WALLET_ID, 'grant', 'g') })],
    [
      'rollover',
      'postings that keep what is above the cap',
      'rollover',
      1,
      (body) => ({
        ...body,
        postings: body.postings.filter(({ account }) => account !== 'expired'),
      }),
    ],
    ['rollover', 'a bonus that may roll over', 'grant', 3, granting({ kind: 'bonus' })],
    ['rollover', 'a cap of nothing', 'grant', 3, granting({ rollover: { cap: 0, expiresAt: 90_000 } })],
    ['rollover', 'an end before the grant’s', 'grant', 3, granting({ rollover: { cap: 4, expiresAt: 40_000 } })],

    ['refund', 'what is no charge', 'refund', 1, saying({ chargeId: keyId(WALLET_ID, 'grant', 'g') })],
    ['refund', 'nothing', 'refund', 1, saying({ credits: 0 })],
    ['refund', 'more than was charged', 'refund', 1, saying({ credits: 13 })],
    ['refund', 'more than is left of the charge', 'refund', 2, saying({ credits: 8 })],
    ['refund', 'another operation', 'refund', 1, saying({ operation: 'story' })],
    ['refund', 'another account', 'refund', 1, saying({ actor: { kind: 'service', pseudonym: 'render' } })],
    ['refund', 'a time after 30 days', 'refund', 2, saying({ createdAt: 2_592_003_001, effectiveAt: 2_592_003_001 })],
    ['refund', 'credits without a grant', 'refund', 2, ({ grant: _grant, ...body }) => body],
    [
      'refund',
      'a grant where its own still stands',
      'refund',
      1,
      granting({ credits: 5, kind: 'bonus', source: 'refund' }),
    ],
    ['refund', 'another number in its grant', 'refund', 2, granting({ credits: 6 })],
    ['refund', 'another kind in its grant', 'refund', 2, granting({ kind: 'purchase' })],
    ['refund', 'a grant that lasts longer', 'refund', 2, granting({ expiresAt: 9_000_000_000 })],
    ['refund', 'a reinstatement that lasts longer', 'reinstate', 2, granting({ expiresAt: 9_000_000_000 })],
    ['settings', 'a waived refund of what was paid', 'refund', 1, saying({ unmetered: true })],
    [
      'burnDown',
      'a grant that did not pay',
      'refund',
      1,
      (body) => ({
        ...body,
        postings: body.postings.map((p) => (p.grantId === undefined ? p : { ...p, grantId: 'another' })),
      }),
    ],
    ['amount', 'other credits than it moves', 'refund', 1, saying({ credits: 4 })],

    ['payment', 'a clawback of another payment', 'clawback', 1, saying({ paymentId: 'pi_9' })],
    ['payment', 'a clawback of more than was granted', 'clawback', 1, saying({ credits: 11 })],
    ['payment', 'a clawback of nothing', 'clawback', 1, saying({ credits: 0 })],
    ['payment', 'a clawback by a user', 'clawback', 1, saying({ actor: { kind: 'user', pseudonym: 'me' } })],
    ['payment', 'a reinstatement of more than was clawed back', 'reinstate', 1, saying({ credits: 8 })],
    ['payment', 'a reinstatement of nothing', 'reinstate', 1, saying({ credits: 0 })],
    ['payment', 'a reinstatement of another payment', 'reinstate', 1, saying({ paymentId: 'pi_9' })],
    ['payment', 'a grant of another source', 'grant', 4, granting({ source: 'pi_9' })],
    ['payment', 'a grant of promotional credits', 'grant', 4, granting({ kind: 'bonus' })],
    [
      'burnDown',
      'a clawback that spares its own payment',
      'clawback',
      1,
      (body) => ({
        ...body,
        postings: body.postings.map((p) =>
          p.grantId === undefined ? p : { ...p, grantId: keyId(WALLET_ID, 'grant', 'g') },
        ),
      }),
    ],
    ['amount', 'other credits than a clawback moves', 'clawback', 1, saying({ credits: 6 })],
    ['amount', 'other credits than a reinstatement moves', 'reinstate', 1, saying({ credits: 3 })],
  ];
  for (const type of ['refund', 'clawback', 'reinstate', 'rollover'])
    for (const part of ['available', 'held', 'debt'] as const)
      (damages as Damage[]).push(['balance', `another ${part} after a ${type}`, type, 1, ({ balanceAfter, ...body }) => ({
        ...body,
        balanceAfter: { ...balanceAfter, [part]: balanceAfter[part] + 1 },
      })]); // prettier-ignore

  it.each(damages)('%s: %s', (invariant, _what, type, nth, change) => {
    expect(named(type, nth, change)).toContain(invariant);
  });
});

describe('an edited fact', () => {
  const charge = chargeFactId(deductId);
  const payment = paymentFactId('pi_1');
  it.each<[string, string, object]>([
    ['less refunded', charge, { refunded: 5 }],
    ['another end of what was returned', charge, { returnedUntil: 1 }],
    ['another charge', charge, { entryId: 'another' }],
    ['another kind', charge, { kind: 'payment' }],
    ['more granted', payment, { granted: 11 }],
    ['less clawed back', payment, { clawedBack: 0 }],
    ['another bucket', payment, { grantId: 'another' }],
    ['another kind of grant', payment, { grantKind: 'plan' }],
    ['another age', payment, { grantSeq: 1 }],
    ['an expiry', payment, { expiresAt: 99_000 }],
    ['a rollover', payment, { rollover: { cap: 1, expiresAt: 99_000 } }],
    ['another version', payment, { v: 2 }],
  ])('shows: %s', (_name, factId, fields) => {
    const edited = new Map(facts).set(factId, { ...facts.get(factId), ...fields } as Fact);
    expect(invariants(wallet, entries, edited).map(({ invariant }) => invariant)).toEqual(['fact']);
  });

  it('shows where one is missing, or foreign', () => {
    for (const factId of facts.keys()) {
      const fewer = new Map([...facts].filter(([id]) => id !== factId));
      expect(invariants(wallet, entries, fewer).map(({ invariant }) => invariant)).toEqual(['fact']);
    }
    const more = new Map(facts).set('another', facts.get(charge) as Fact);
    expect(invariants(wallet, entries, more).map(({ invariant }) => invariant)).toEqual(['fact']);
  });
});
