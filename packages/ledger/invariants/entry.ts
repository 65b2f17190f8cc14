// One entry by itself: its place in the chain, its bytes, its fields.
import { sha256 } from '../sha256.ts';
import type { Entry, EntryBody, EntryType, Wallet } from '../types.ts';
import { canonical, safely } from './safely.ts';
import type { Report } from './safely.ts';

/** Checks an entry's link and form. The body, if it has the form that folding needs. */
export function checkEntry(
  wallet: Wallet,
  entry: Entry,
  seq: number,
  prevHash: string,
  report: Report,
): EntryBody | undefined {
  if (entry.prevHash !== prevHash) report('chain', seq === 1 ? 'does not follow the genesis' : 'prevHash is broken');
  if (entry.hash !== sha256(entry.prevHash + entry.body)) report('chain', 'hash is not that of the stored bytes');
  const body = safely(
    () => JSON.parse(entry.body) as EntryBody,
    () => report('form', 'the body is not JSON'),
  );
  if (body === undefined) return undefined;
  if (canonical(body) !== entry.body) report('form', 'the body is not canonical JSON');
  const problem = formProblem(body);
  if (problem !== undefined) {
    report('form', problem);
    return undefined;
  }
  if (body.seq !== seq) report('sequence', `seq ${body.seq} stands at place ${seq}`);
  if (body.env !== wallet.env) report('identity', `env ${body.env} is not the wallet's`);
  if (body.walletId !== wallet.walletId) report('identity', `walletId ${body.walletId} is not the wallet's`);
  if (entry.seq !== body.seq) report('form', 'the document has another seq than its body');
  if (entry.seqShard !== Math.floor(body.seq / 64) % 16) report('form', 'seqShard is wrong');
  if (entry.type !== body.type) report('form', 'the document has another type than its body');
  if (entry.operation !== body.operation) report('form', 'the document has another operation than its body');
  return body;
}

type Kind = 'text' | 'integer' | 'truth' | 'object' | 'list';

const COMMON: Readonly<Record<string, Kind>> = {
  v: 'integer',
  env: 'text',
  walletId: 'text',
  chain: 'text',
  seq: 'integer',
  type: 'text',
  unit: 'text',
  postings: 'list',
  balanceAfter: 'object',
  keyDigest: 'text',
  fingerprint: 'text',
  actor: 'object',
  createdAt: 'integer',
  effectiveAt: 'integer',
};

/** The type's own fields; a question mark marks those that may be absent. */
const OWN: Readonly<Record<EntryType, Readonly<Record<string, Kind>>>> = {
  grant: { grant: 'object', 'paid?': 'object', 'paymentId?': 'text', reasonCode: 'text' },
  reserve: {
    credits: 'integer',
    expiresAt: 'integer',
    holdId: 'text',
    operation: 'text',
    params: 'object',
    priceVersion: 'integer',
    'supersedes?': 'text',
    'unmetered?': 'truth',
  },
  extend: { expiresAt: 'integer', holdId: 'text', operation: 'text' },
  settle: {
    credits: 'integer',
    'creditsMax?': 'integer',
    holdId: 'text',
    operation: 'text',
    'overrun?': 'text',
    priceVersion: 'integer',
    'shortfall?': 'integer',
    'unmetered?': 'truth',
  },
  lateSettle: {
    credits: 'integer',
    creditsMax: 'integer',
    holdId: 'text',
    operation: 'text',
    priceVersion: 'integer',
    'shortfall?': 'integer',
    'unmetered?': 'truth',
  },
  closeHold: { holdId: 'text', operation: 'text', reasonCode: 'text' },
  release: { holdId: 'text', operation: 'text', reasonCode: 'text' },
  deduct: { credits: 'integer', operation: 'text', params: 'object', priceVersion: 'integer', 'unmetered?': 'truth' },
  refund: {
    chargeId: 'text',
    credits: 'integer',
    'grant?': 'object',
    operation: 'text',
    reasonCode: 'text',
    'unmetered?': 'truth',
  },
  clawback: { credits: 'integer', paymentId: 'text', reasonCode: 'text' },
  reinstate: { credits: 'integer', 'grant?': 'object', paymentId: 'text', reasonCode: 'text' },
  configure: { configure: 'object', reasonCode: 'text' },
  expireHold: { holdId: 'text', operation: 'text' },
  expireGrant: { grantId: 'text' },
  rollover: { grant: 'object', grantId: 'text' },
};

const POSTING = { account: 'text', credits: 'integer', 'grantId?': 'text', 'holdId?': 'text' } as const;
const GRANT = {
  kind: 'text',
  credits: 'integer',
  'expiresAt?': 'integer',
  'mergedInto?': 'text',
  'rollover?': 'object',
  source: 'text',
} as const;
const ROLLOVER = { cap: 'integer', expiresAt: 'integer' } as const;

const CAPS = { 'daily?': 'integer', 'monthly?': 'integer', 'perMinute?': 'integer' } as const;
const SETTINGS = { 'caps?': 'object', 'overdraftLimit?': 'integer', 'status?': 'text', 'unmetered?': 'truth' } as const;

const ACTORS: readonly string[] = ['user', 'admin', 'service', 'time'];
const GRANTS: readonly string[] = ['signup', 'free', 'bonus', 'plan', 'purchase'];

function formProblem(body: EntryBody): string | undefined {
  if (!isKind(body, 'object')) return 'the body is not an object';
  if (typeof body.type !== 'string' || !Object.hasOwn(OWN, body.type)) return 'the type is unknown';
  const problem =
    fieldsProblem('', body, { ...COMMON, ...OWN[body.type] }) ??
    fieldsProblem('balanceAfter.', body.balanceAfter, { available: 'integer', held: 'integer', debt: 'integer' }) ??
    fieldsProblem('actor.', body.actor, { kind: 'text', pseudonym: 'text' }) ??
    (body.grant && fieldsProblem('grant.', body.grant, GRANT)) ??
    (body.grant?.rollover && fieldsProblem('rollover.', body.grant.rollover, ROLLOVER)) ??
    (body.configure && fieldsProblem('configure.', body.configure, SETTINGS)) ??
    (body.configure?.caps && fieldsProblem('caps.', body.configure.caps, CAPS)) ??
    (body.paid && fieldsProblem('paid.', body.paid, { amountMinor: 'integer', currency: 'text' }));
  if (problem !== undefined) return problem;
  for (const posting of body.postings) {
    const wrong = isKind(posting, 'object') ? fieldsProblem('posting.', posting, POSTING) : 'a posting is no object';
    if (wrong !== undefined) return wrong;
  }
  if (!ACTORS.includes(body.actor.kind)) return `the actor is of the unknown kind ${body.actor.kind}`;
  if (body.grant && !GRANTS.includes(body.grant.kind)) return `the grant is of the unknown kind ${body.grant.kind}`;
  if (body.unmetered === (false as boolean)) return 'unmetered is said of what is metered';
  return body.v === 1 && body.chain === 'main' && body.unit === 'credit' ? undefined : 'v, chain or unit is unknown';
}

function fieldsProblem(path: string, value: object, fields: Readonly<Record<string, Kind>>): string | undefined {
  const record = value as Readonly<Record<string, unknown>>;
  for (const [name, kind] of Object.entries(fields)) {
    const isOptional = name.endsWith('?');
    const field = isOptional ? name.slice(0, -1) : name;
    if (!Object.hasOwn(record, field)) {
      if (isOptional) continue;
      return `${path}${field} is missing`;
    }
    if (!isKind(record[field], kind)) return `${path}${field} is not of kind ${kind}`;
  }
  const foreign = Object.keys(record).find(
    (name) => !Object.hasOwn(fields, name) && !Object.hasOwn(fields, `${name}?`),
  );
  return foreign === undefined ? undefined : `${path}${foreign} is a foreign field`;
}

function isKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'truth':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}
