/**
 * Verifies Google-signed OIDC tokens of service accounts: signature, issuer, audience (this service's URL), expiry, a
 * verified address, and that the address is one of the accounts that may call this service.
 */
import type { AccountId } from '@reelbanana/catalog';
import { jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../http/problem.ts';
import type { Verified } from './cache.ts';
import type { Account } from './caller.ts';
import { reasonOf, unauthenticated } from './reasons.ts';

export const googleOrigin = 'https://www.googleapis.com';
export const googleKeysPath = '/oauth2/v3/certs';
const what = 'The token in Service-Authorization';

export interface ServiceTokenOptions {
  readonly keys: JWTVerifyGetKey;
  readonly audience: string;
  /** E-mail of a service account -> its name in the catalog. */
  readonly allowedAccounts: ReadonlyMap<string, AccountId>;
  readonly now: () => number;
}

/** Throws UNAUTHENTICATED with the reason, FORBIDDEN for another account, OVERLOADED if the keys cannot be had. */
export async function verifyServiceToken(token: string, options: ServiceTokenOptions): Promise<Verified<Account>> {
  let claims: JWTPayload;
  try {
    const verified = await jwtVerify(token, options.keys, {
      issuer: ['https://accounts.google.com', 'accounts.google.com'],
      audience: options.audience,
      algorithms: ['RS256'],
      currentDate: new Date(options.now()),
      requiredClaims: ['exp', 'iat', 'email'],
    });
    claims = verified.payload;
  } catch (error) {
    throw reasonOf(error, what);
  }
  const email = claims['email'];
  if (typeof email !== 'string' || claims['email_verified'] !== true) {
    throw unauthenticated(`${what} has no verified e-mail address`);
  }
  const id = options.allowedAccounts.get(email);
  if (id === undefined) throw new Problem('FORBIDDEN', 'This service account may not call this service');
  return { value: { id, email }, expiresAtMs: (claims.exp ?? 0) * 1000 };
}
