// One entry in the making: what a command or time wants to write, and how the wallet takes it.
import { windowsAfter } from './caps.ts';
import { makeEntry } from './chain.ts';
import type { Actor, Entry, EntryBody, EntryType, Params, Wallet } from './types.ts';
import { applyChange } from './wallet.ts';
import type { Change } from './wallet.ts';

/** The fields that an entry's type adds to every entry's own. */
export type OwnFields = Partial<
  Pick<
    EntryBody,
    | 'chargeId'
    | 'configure'
    | 'credits'
    | 'creditsMax'
    | 'expiresAt'
    | 'grant'
    | 'grantId'
    | 'holdId'
    | 'operation'
    | 'overrun'
    | 'paid'
    | 'paymentId'
    | 'priceVersion'
    | 'reasonCode'
    | 'shortfall'
    | 'supersedes'
    | 'unmetered'
  >
> & { readonly params?: Params };

/** One entry that is to be written. */
export interface Step {
  readonly type: EntryType;
  /** Document id. */
  readonly id: string;
  readonly keyDigest: string;
  readonly fingerprint: string;
  readonly actor: Actor;
  readonly own: OwnFields;
  readonly change: Change;
}

export interface Written {
  readonly wallet: Wallet;
  readonly entry: Entry;
  readonly body: EntryBody;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Writes a step as the wallet's next entry.
 *
 * @param createdAt when it is decided, ms; @param effectiveAt its own time or the deadline that it applies, ms
 */
export function write(before: Wallet, step: Step, createdAt: number, effectiveAt: number): Written {
  const changed = applyChange(before, step.change);
  const windows = windowsAfter(before, step.change, effectiveAt);
  const seq = before.seq + 1;
  const body = bodyOf(before, changed, step, seq, createdAt, effectiveAt);
  const entry = makeEntry(step.id, before.headHash, body);
  const counted = windows === before.windows || windows === undefined ? {} : { windows };
  return { wallet: { ...changed, ...counted, seq, headHash: entry.hash, at: createdAt }, entry, body };
}

/** The body with its keys in ascending order (`jcs` then need not sort), absent fields left out. */
function bodyOf(
  before: Wallet,
  after: Wallet,
  { type, keyDigest, fingerprint, actor, own, change }: Step,
  seq: number,
  createdAt: number,
  effectiveAt: number,
): EntryBody {
  const { available, held } = after.totals;
  const body: Partial<Writable<EntryBody>> = {
    actor: { kind: actor.kind, pseudonym: actor.pseudonym },
    balanceAfter: { available, debt: after.debt, held },
    chain: 'main',
  };
  if (own.chargeId !== undefined) body.chargeId = own.chargeId;
  if (own.configure !== undefined) body.configure = own.configure;
  body.createdAt = createdAt;
  if (own.credits !== undefined) body.credits = own.credits;
  if (own.creditsMax !== undefined) body.creditsMax = own.creditsMax;
  body.effectiveAt = effectiveAt;
  body.env = before.env;
  if (own.expiresAt !== undefined) body.expiresAt = own.expiresAt;
  body.fingerprint = fingerprint;
  if (own.grant !== undefined) body.grant = own.grant;
  if (own.grantId !== undefined) body.grantId = own.grantId;
  if (own.holdId !== undefined) body.holdId = own.holdId;
  body.keyDigest = keyDigest;
  if (own.operation !== undefined) body.operation = own.operation;
  if (own.overrun !== undefined) body.overrun = own.overrun;
  if (own.paid !== undefined) body.paid = own.paid;
  if (own.params !== undefined) body.params = own.params;
  if (own.paymentId !== undefined) body.paymentId = own.paymentId;
  body.postings = change.postings;
  if (own.priceVersion !== undefined) body.priceVersion = own.priceVersion;
  if (own.reasonCode !== undefined) body.reasonCode = own.reasonCode;
  body.seq = seq;
  if (own.shortfall !== undefined) body.shortfall = own.shortfall;
  if (own.supersedes !== undefined) body.supersedes = own.supersedes;
  body.type = type;
  body.unit = 'credit';
  if (own.unmetered !== undefined) body.unmetered = own.unmetered;
  body.v = 1;
  body.walletId = before.walletId;
  return body as EntryBody;
}
