// Keys for tests: each a fresh one.
import { generateKeyPairSync } from 'node:crypto';

/** An Ed25519 private key, PKCS #8, PEM. */
export function privateKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
