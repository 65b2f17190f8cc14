// Payments by the audit's own rules: clawed back is what was granted at most, reinstated what was clawed back at most.
import { inBurnDownOrder, isPaid } from './buckets.ts';
import type { Fold, FoldedGrant } from './fold.ts';
import { landing } from './returns.ts';
import type { Landing } from './returns.ts';
import type { Report } from './safely.ts';
import type { EntryBody } from '../types.ts';

export function checkPayment(fold: Fold, body: EntryBody, report: Report): void {
  const payment = fold.payments.get(body.paymentId ?? '');
  const { type, credits = 0 } = body;
  if (body.actor.kind === 'user') report('payment', `a ${type} by a user`);
  if (type === 'grant') {
    if (body.grant?.source !== body.paymentId) report('payment', 'the grant has another source than its payment');
    if (body.grant && !isPaid(body.grant.kind)) report('payment', 'a payment buys promotional credits');
    return;
  }
  if (payment === undefined) return report('payment', `payment ${body.paymentId} has granted nothing`);
  if (credits < 1) report('payment', `a ${type} of nothing`);
  const after = payment.clawedBack + (type === 'clawback' ? credits : -credits);
  if (after > payment.granted) report('payment', `${after} of ${payment.granted} are clawed back`);
  if (after < 0) report('payment', `reinstates ${credits} of ${payment.clawedBack}`);
}

/** That payment's credits, then paid ones, then promotional ones; what is gone is owed. */
export function clawedFrom({ grants, payments }: Fold, { paymentId, credits = 0 }: EntryBody): string {
  const rank = ({ grantId, kind }: FoldedGrant): number =>
    grantId === payments.get(paymentId ?? '')?.homeId ? 0 : isPaid(kind) ? 1 : 2;
  const order = [...grants.values()].filter(({ remaining }) => remaining > 0);
  order.sort((a, b) => rank(a) - rank(b) || inBurnDownOrder(a, b));
  let rest = credits;
  const taken: string[] = [];
  for (const { grantId, remaining } of order) {
    const part = Math.min(rest, remaining);
    if (part > 0) taken.push(`${grantId} ${part}`);
    rest -= part;
  }
  return taken.join();
}

export function reinstatedParts(fold: Fold, body: EntryBody, report: Report): Landing {
  const payment = fold.payments.get(body.paymentId ?? '');
  const parts = payment === undefined ? [] : [[payment.homeId, body.credits ?? 0] as const];
  return landing(fold, parts, undefined, body, report);
}

/** What an entry says of its payment; before its postings are folded. */
export function foldPayment(fold: Fold, body: EntryBody): void {
  const { type, paymentId, credits = 0, grant } = body;
  if (paymentId === undefined) return;
  const { granted, clawedBack, homeId } = fold.payments.get(paymentId) ?? { granted: 0, clawedBack: 0, homeId: '' };
  if (type === 'grant') {
    const into = grant?.mergedInto ?? body.keyDigest;
    fold.payments.set(paymentId, { granted: granted + (grant?.credits ?? 0), clawedBack, homeId: into });
  } else if (type === 'clawback') {
    fold.payments.set(paymentId, { granted, clawedBack: clawedBack + credits, homeId });
  } else if (type === 'reinstate') {
    const [home] = reinstatedParts(fold, body, () => undefined).parts;
    fold.payments.set(paymentId, { granted, clawedBack: clawedBack - credits, homeId: home?.[0] ?? homeId });
  }
}
