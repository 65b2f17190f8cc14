// Ids of documents and fingerprints of requests (wire.md, Ids; design section 4). Everything derives from digests, so
// any legal key gives a legal document id and nothing has to be looked up.
import { jcs } from './jcs.ts';
import type { Json } from './jcs.ts';
import { sha256 } from './sha256.ts';
import { grantIdsOf } from './charges.ts';
import type { Command, Found } from './types.ts';

/** First 32 hex of sha256(JCS(parts)). */
export function id(...parts: readonly (string | number)[]): string {
  return sha256(jcs(parts)).slice(0, 32);
}

/** The digest of an Idempotency-Key, scoped to wallet and command: the entry id of a grant, reserve or deduct. */
export function keyId(walletId: string, command: string, key: string): string {
  return id('key', walletId, command, key);
}

/** The one document that a hold's settle, release and expiry all create, so that exactly one of them wins. */
export function endId(holdId: string): string {
  return id('end', holdId);
}

/**
 * The one document that a late settle of an expired hold and a reserve that supersedes it both create: so either the hold
 * was settled after all, and the reserve is refused, or it is closed for ever.
 */
export function lateId(holdId: string): string {
  return id('late', holdId);
}

/** The entry id of the grant that a reconcilePayment writes in front of its own entry, a clawback or reinstatement. */
export function firstId(ownId: string): string {
  return id('first', ownId);
}

/** The entry id of what time does to a grant. */
export function timeId(walletId: string, seq: number): string {
  return id('time', walletId, seq);
}

/**
 * Digest of what a client asked for, before defaults: an equal key with another fingerprint is refused.
 *
 * @param target what the command acts on (the walletId, a holdId); @param fields the client's own fields
 */
export function fingerprint(command: string, target: string, fields: Json): string {
  return sha256(jcs([1, command, target, fields]));
}

/** 1..255 visible ASCII characters (design section 4). */
const LEGAL_KEY = /^[!-~]{1,255}$/;

/** Whether `key` may stand in an Idempotency-Key header. */
export function isLegalKey(key: unknown): key is string {
  return typeof key === 'string' && LEGAL_KEY.test(key);
}

/** Whether `text` can name a document of the ledger. Ids from outside are looked up, so only their shape matters. */
export function isId(text: unknown): text is string {
  return typeof text === 'string' && text.length >= 1 && text.length <= 128 && text.isWellFormed();
}

/** The digest that a keyed command's entry carries; null for a tick and for a command without a legal key. */
export function commandKeyDigest(walletId: string, command: Command): string | null {
  if (command.type === 'tick' || !isLegalKey(command.key)) return null;
  return keyId(walletId, command.type, command.key);
}

/**
 * The id of the entry that the command's effect claims: the key's digest for grant, reserve, extend, deduct, configure,
 * refund and reconcilePayment (whatever type of entry that comes to), the hold's end for settle and release, null for a
 * tick (and for a malformed command, which claims nothing).
 */
export function commandEntryId(walletId: string, command: Command): string | null {
  switch (command?.type) {
    case 'grant':
    case 'reserve':
    case 'extend':
    case 'deduct':
    case 'configure':
    case 'refund':
    case 'reconcilePayment':
      return commandKeyDigest(walletId, command);
    case 'settle':
    case 'release':
      return isId(command.holdId) ? endId(command.holdId) : null;
    default:
      return null;
  }
}

/**
 * Ids of the entries that must have been read, at or after the wallet's version, before a refusal of this command is
 * definite and before a replay can name the hold's state.
 *
 * @param found what was read so far: it may name more (the grants that a charge drew on). Ask until nothing new is named
 */
export function reads(walletId: string, command: Command, found?: Found): readonly string[] {
  const own = commandEntryId(walletId, command);
  if (own === null) return [];
  switch (command.type) {
    case 'reserve': {
      const earlier = isId(command.supersedes) ? [command.supersedes, ...endIds(command.supersedes)] : [];
      return [own, ...endIds(own), ...earlier];
    }
    case 'extend':
      return isId(command.holdId) ? [own, command.holdId, ...endIds(command.holdId)] : [own];
    case 'settle':
    case 'release':
      return [own, command.holdId, lateId(command.holdId)];
    case 'refund':
      return isId(command.entryId) ? [own, command.entryId, ...grantIdsOf(found?.get(command.entryId))] : [own];
    default:
      return [own];
  }
}

/**
 * Every document that the command's effect may claim: `commandEntryId`, and for a settle also the late one. While a commit that carries one of them may still land, the command must not be refused.
 */
export function commandEntryIds(walletId: string, command: Command): readonly string[] {
  const own = commandEntryId(walletId, command);
  if (own === null) return [];
  return command.type === 'settle' ? [own, lateId(command.holdId)] : [own];
}

function endIds(holdId: string): readonly string[] {
  return [endId(holdId), lateId(holdId)];
}

/** The fact of a charge (`refs/{factId}`): what has been refunded of it. */
export function chargeFactId(entryId: string): string {
  return id('ref', 'charge', entryId);
}

/** The fact of a payment (`refs/{factId}`): what it granted, and what was clawed back. */
export function paymentFactId(paymentId: string): string {
  return id('ref', 'payment', paymentId);
}

/** Ids of the facts that a command needs beside the wallet; to be read when the wallet's version is known. */
export function needs(command: Command): readonly string[] {
  switch (command?.type) {
    case 'refund':
      return isId(command.entryId) ? [chargeFactId(command.entryId)] : [];
    case 'reconcilePayment':
      return isId(command.paymentId) ? [paymentFactId(command.paymentId)] : [];
    default:
      return [];
  }
}
