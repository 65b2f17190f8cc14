// Checkpoints: what a signature covers, whose keys count, and what may be read as one.
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { checkpointSigner, keyRing, readCheckpoint, signatureProblem, writeCheckpoint } from './checkpoint.ts';
import { privateKey } from './testing/keys.ts';

const signer = checkpointSigner(privateKey());
const keys = keyRing([signer.publicKey]);
const facts = { env: 'p/(default)', walletId: 'w1', seq: 7, headHash: 'a'.repeat(64), at: 1_780_272_000_000 };
const checkpoint = signer.sign(facts);

describe('a checkpoint', () => {
  it('is verified by the key that signed it', () => {
    expect(signatureProblem(checkpoint, keys)).toBeNull();
    expect(checkpoint).toMatchObject({ v: 1, ...facts, keyId: signer.keyId });
  });

  it('can be verified without this code: Ed25519 over the canonical JSON of all fields but the signature', () => {
    const { at, env, headHash, seq, walletId } = facts;
    const bytes = `{"at":${at},"env":"${env}","headHash":"${headHash}","keyId":"${signer.keyId}","seq":${seq},"v":1,"walletId":"${walletId}"}`;
    const signature = Buffer.from(checkpoint.signature, 'base64');
    expect(verify(null, Buffer.from(bytes), createPublicKey(signer.publicKey), signature)).toBe(true);
  });

  it.each<[string, object]>([
    ['env', { env: 'q/(default)' }],
    ['walletId', { walletId: 'w2' }],
    ['seq', { seq: 6 }],
    ['headHash', { headHash: 'b'.repeat(64) }],
    ['at', { at: 1 }],
    ['signature', { signature: Buffer.alloc(64).toString('base64') }],
    ['signature', { signature: '' }],
  ])('is not what was signed once its %s has changed', (_field, change) => {
    expect(signatureProblem({ ...checkpoint, ...change }, keys)).toBe(`is not what ${signer.keyId} signed`);
  });

  it('of another key is refused, also under the name of ours', () => {
    const forger = checkpointSigner(privateKey());
    const forged = forger.sign(facts);
    expect(signatureProblem(forged, keys)).toBe(`is signed with the unknown key ${forger.keyId}`);
    expect(signatureProblem({ ...forged, keyId: signer.keyId }, keys)).toBe(`is not what ${signer.keyId} signed`);
  });

  it('of a key that was rotated out stays good while its public half is in the ring', () => {
    const next = checkpointSigner(privateKey());
    expect(signatureProblem(checkpoint, keyRing([next.publicKey, signer.publicKey]))).toBeNull();
    expect(signatureProblem(checkpoint, keyRing([next.publicKey]))).toContain('unknown key');
  });

  it('is never signed or verified with another kind of key', () => {
    const { privateKey: rsa, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    expect(() => checkpointSigner(rsa.export({ type: 'pkcs8', format: 'pem' }).toString())).toThrow('Ed25519, not rsa');
    expect(() => keyRing([publicKey.export({ type: 'spki', format: 'pem' }).toString()])).toThrow('Ed25519, not rsa');
  });

  it('is read back as it was written', () => {
    expect(readCheckpoint(writeCheckpoint(checkpoint))).toEqual(checkpoint);
  });

  it.each([
    'null',
    '[]',
    '"text"',
    '{}',
    'no JSON',
    JSON.stringify({ ...checkpoint, v: 2 }),
    JSON.stringify({ ...checkpoint, seq: '7' }),
    JSON.stringify({ ...checkpoint, seq: 7.5 }),
    JSON.stringify({ ...checkpoint, more: 1 }),
    JSON.stringify({ ...checkpoint, signature: undefined }),
  ])('cannot be read from %s', (text) => {
    expect(() => readCheckpoint(text)).toThrow(SyntaxError);
  });
});
