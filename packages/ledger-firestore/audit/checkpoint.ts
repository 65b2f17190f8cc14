// Checkpoints: how far a chain had come, signed, so that what is cut off or rewritten behind it shows. Ed25519 over
// canonical bytes: whoever has the public key verifies one offline.
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { jcs, type Json } from '@reelbanana/ledger';

/** What is signed: the RFC 8785 text of exactly these fields. */
export interface CheckpointFacts {
  readonly v: 1;
  /** Project id + '/' + database id, as in the chain. */
  readonly env: string;
  readonly walletId: string;
  /** The entry that the chain ended with, and its hash. */
  readonly seq: number;
  readonly headHash: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** Which key signed: derived from its public half, so a key needs no other name. */
  readonly keyId: string;
}

export interface Checkpoint extends CheckpointFacts {
  /** Base64 of the 64 bytes of an Ed25519 signature (RFC 8032). */
  readonly signature: string;
}

export interface CheckpointSigner {
  readonly keyId: string;
  /** SPKI, PEM: what customers are given. */
  readonly publicKey: string;
  sign(facts: Omit<CheckpointFacts, 'v' | 'keyId'>): Checkpoint;
}

/** Public keys by keyId. After a rotation the old ones stay in it: what they signed is still verified. */
export type KeyRing = ReadonlyMap<string, KeyObject>;

/** Signs with an Ed25519 private key (PKCS #8, PEM). @throws TypeError for a key of another kind */
export function checkpointSigner(privateKey: string): CheckpointSigner {
  const key = createPrivateKey(privateKey);
  const publicKey = createPublicKey(key);
  const keyId = keyIdOf(publicKey);
  return {
    keyId,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: ({ env, walletId, seq, headHash, at }) => {
      const facts: CheckpointFacts = { v: 1, env, walletId, seq, headHash, at, keyId };
      return { ...facts, signature: sign(null, bytesOf(facts), key).toString('base64') };
    },
  };
}

/** A ring of Ed25519 public keys (SPKI, PEM). @throws TypeError for a key of another kind */
export function keyRing(publicKeys: readonly string[]): KeyRing {
  return new Map(
    publicKeys.map((pem) => {
      const key = createPublicKey(pem);
      return [keyIdOf(key), key];
    }),
  );
}

/** What is wrong with a checkpoint's signature, in words; null when one of the ring's keys made it. */
export function signatureProblem(checkpoint: Checkpoint, keys: KeyRing): string | null {
  const { v, env, walletId, seq, headHash, at, keyId, signature } = checkpoint;
  const key = keys.get(keyId);
  if (key === undefined) return `is signed with the unknown key ${keyId}`;
  const facts = { v, env, walletId, seq, headHash, at, keyId };
  return verify(null, bytesOf(facts), key, Buffer.from(signature, 'base64')) ? null : `is not what ${keyId} signed`;
}

/** A checkpoint as it is stored: canonical JSON. */
export function writeCheckpoint(checkpoint: Checkpoint): string {
  return jcs(checkpoint as unknown as Json);
}

/** Reads what `writeCheckpoint` wrote, strictly. @throws SyntaxError for anything else */
export function readCheckpoint(text: string): Checkpoint {
  const value = JSON.parse(text) as Record<string, unknown> | null;
  const fields = value === null || typeof value !== 'object' ? [] : Object.keys(value).sort();
  const wrong =
    fields.join() !== Object.keys(kinds).sort().join() ||
    Object.entries(kinds).some(([field, kind]) => typeof value?.[field] !== kind) ||
    !(value?.['v'] === 1 && [value['seq'], value['at']].every(Number.isSafeInteger));
  if (wrong) throw new SyntaxError('not a checkpoint of version 1');
  return value as unknown as Checkpoint;
}

const kinds: Readonly<Record<keyof Checkpoint, 'number' | 'string'>> = {
  v: 'number',
  env: 'string',
  walletId: 'string',
  seq: 'number',
  headHash: 'string',
  at: 'number',
  keyId: 'string',
  signature: 'string',
};

function bytesOf(facts: CheckpointFacts): Buffer {
  return Buffer.from(jcs(facts as unknown as Json), 'utf8');
}

function keyIdOf(publicKey: KeyObject): string {
  if (publicKey.asymmetricKeyType !== 'ed25519')
    throw new TypeError(`a checkpoint key is Ed25519, not ${publicKey.asymmetricKeyType}`);
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, 16);
}
