// Facts against the fold: what refunds and payments have come to, the entries alone must say.
import type { Fold } from './fold.ts';
import { canonical, idOf } from './safely.ts';
import type { Report } from './safely.ts';
import type { Fact } from '../types.ts';

/** Reports each fact that is missing, foreign, or says something else than the entries. */
export function checkFacts(facts: ReadonlyMap<string, Fact>, fold: Fold, report: Report): void {
  const expected = factsIn(fold);
  for (const [factId, fact] of expected) {
    const actual = canonical(facts.get(factId));
    if (actual !== canonical(fact)) report('fact', `${factId} is ${actual}, the entries say ${canonical(fact)}`);
  }
  for (const factId of facts.keys()) if (!expected.has(factId)) report('fact', `${factId} is a foreign fact`);
}

function factsIn({ charges, payments, origins }: Fold): ReadonlyMap<string, Fact> {
  const facts = new Map<string, Fact>();
  for (const [entryId, { refunded, returnedUntil }] of charges) {
    if (refunded === 0) continue;
    const until = returnedUntil === undefined ? {} : { returnedUntil };
    facts.set(idOf('ref', 'charge', entryId), { v: 1, kind: 'charge', entryId, refunded, ...until });
  }
  for (const [paymentId, { granted, clawedBack, homeId: grantId }] of payments) {
    const { kind: grantKind = 'purchase', seq: grantSeq = 0, expiresAt, rollover } = origins.get(grantId) ?? {};
    facts.set(idOf('ref', 'payment', paymentId), {
      v: 1,
      kind: 'payment',
      paymentId,
      granted,
      clawedBack,
      ...{ grantId, grantKind, grantSeq },
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(rollover === undefined ? {} : { rollover }),
    });
  }
  return facts;
}
