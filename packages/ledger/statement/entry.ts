// One entry of a statement against its place: the chain, its bytes, its postings, the balance that they lead to.
import { entryHash } from '../chain.ts';
import { id } from '../ids.ts';
import { jcs, type Json } from '../jcs.ts';
import type { EntryBody } from '../types.ts';
import { isRecord, problemOf, type Balance, type StatementDocument } from './form.ts';

/** What stands in front of an entry, and so what it must follow. */
export interface Place {
  readonly seq: number;
  readonly prevHash: string;
  readonly balance: Balance;
  readonly createdAt: number;
}

interface StatementEntry {
  readonly id: string;
  readonly body: string;
  readonly prevHash: string;
  readonly hash: string;
}

const text = (value: unknown): boolean => typeof value === 'string';
const form = { id: text, body: text, prevHash: text, hash: text };

/** The entry, or why it is none. */
export function entryOf(candidate: unknown): StatementEntry | string {
  return problemOf('', candidate, form) ?? (candidate as StatementEntry);
}

/** The place behind the entry, or what is wrong with it. */
export function checkEntry(document: StatementDocument, entry: StatementEntry, place: Place): Place | string {
  const body = bodyOf(entry.body);
  if (typeof body === 'string') return body;
  if (body.seq !== place.seq)
    return `seq ${body.seq} stands in the place of ${place.seq}: an entry is missing, doubled or out of order`;
  if (entry.hash !== entryHash(entry.prevHash, entry.body)) return 'the hash is not that of prevHash and body';
  if (entry.prevHash !== place.prevHash) return 'prevHash is not the hash in front of it';
  if (body.env !== document.env) return `env ${body.env} is not that of the statement`;
  if (body.walletId !== document.walletId) return `walletId ${body.walletId} is not that of the statement`;
  if (entry.id !== idOf(body, entry.id)) return `the id should be ${idOf(body, entry.id)}`;
  if (body.createdAt < place.createdAt) return 'it was created before the entry in front of it';
  const { month } = document.period;
  if (month !== undefined && new Date(body.createdAt).toISOString().slice(0, 7) !== month)
    return `it was not created in ${month}`;
  const sum = body.postings.reduce((total, { credits }) => total + credits, 0);
  if (sum !== 0) return `its postings sum to ${sum}, not to zero`;
  const balance = move(place.balance, body);
  for (const account of ['available', 'held', 'debt'] as const) {
    if (body.balanceAfter[account] !== balance[account])
      return `balanceAfter.${account} is ${body.balanceAfter[account]}; the balance before and the postings give ${balance[account]}`;
  }
  return { seq: place.seq + 1, prevHash: entry.hash, balance, createdAt: body.createdAt };
}

const timeMsMax = 8.64e15; // the last time that a Date can be

/** The parsed body as far as it is looked at, or why it cannot be. */
function bodyOf(bytes: string): EntryBody | string {
  let body: unknown;
  try {
    body = JSON.parse(bytes);
    if (jcs(body as Json) !== bytes) return 'the body is not canonical JSON';
  } catch {
    return 'the body is not canonical JSON';
  }
  if (!isRecord(body)) return 'the body is not an object';
  const own = (field: string): unknown => (Object.hasOwn(body, field) ? body[field] : undefined);
  if (own('v') !== 1 || own('chain') !== 'main' || own('unit') !== 'credit') return 'v, chain or unit is unknown';
  const texts = ['env', 'walletId', 'type', 'keyDigest'].filter((field) => typeof own(field) !== 'string');
  if (texts.length > 0) return `${texts.join(', ')} must be texts`;
  if (Object.hasOwn(body, 'holdId') && typeof body['holdId'] !== 'string') return 'holdId must be a text';
  const createdAt = own('createdAt') as number;
  if (!Number.isSafeInteger(own('seq'))) return 'seq is no integer';
  if (!(Number.isSafeInteger(createdAt) && createdAt >= 0 && createdAt <= timeMsMax)) return 'createdAt is no time';
  if (!isRecord(own('balanceAfter'))) return 'balanceAfter is no balance';
  const postings = own('postings');
  const isPosting = (posting: unknown): boolean =>
    isRecord(posting) && typeof posting['account'] === 'string' && Number.isSafeInteger(posting['credits']);
  if (!Array.isArray(postings) || !postings.every(isPosting)) return 'a posting is not an account and whole credits';
  return body as unknown as EntryBody;
}

/** What is owed grows by what the account `debt` gives. */
function move({ available, held, debt }: Balance, { postings }: EntryBody): Balance {
  const moved = (account: string): number =>
    postings.reduce((sum, posting) => (posting.account === account ? sum + posting.credits : sum), 0);
  return { available: available + moved('available'), held: held + moved('held'), debt: debt - moved('debt') };
}

/** The id under which an entry of its type stands (wire.md, Ids); of a type that a later release has, any. */
function idOf({ type, walletId, keyDigest, holdId = '', seq }: EntryBody, given: string): string {
  switch (type) {
    case 'grant':
    case 'reserve':
    case 'extend':
    case 'deduct':
    case 'configure':
    case 'refund':
    case 'clawback':
    case 'reinstate':
      return keyDigest;
    case 'settle':
    case 'release':
    case 'expireHold':
      return id('end', holdId);
    case 'lateSettle':
    case 'closeHold':
      return id('late', holdId);
    case 'expireGrant':
    case 'rollover':
      return id('time', walletId, seq);
    default:
      return given;
  }
}
