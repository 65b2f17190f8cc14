/** The public keys of a token issuer, fetched when first needed and kept. */
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { cannotVerify } from './reasons.ts';

/**
 * Keys by kid. An unknown kid causes at most one fetch in 30 s, so strangers cannot make us fetch. Throws jose's errors
 * for a token whose key does not exist, and a 503 Problem where that cannot be told.
 */
export function remoteKeys(url: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: 5_000, cooldownDuration: 30_000 });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      const tokens = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
      throw tokens.some((kind) => error instanceof kind) ? error : cannotVerify(error);
    }
  };
}
