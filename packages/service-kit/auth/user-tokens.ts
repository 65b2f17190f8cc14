/**
 * Verifies Firebase ID tokens: signature, issuer, audience, expiry, subject. The emulator's tokens are unsigned, so
 * anybody can write one: they are taken only where `emulator` is set, which the boot guard allows on project `local` alone.
 * https://firebase.google.com/docs/auth/admin/verify-id-tokens#verify_id_tokens_using_a_third-party_jwt_library
 */
import { jwtVerify, UnsecuredJWT, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Verified } from './cache.ts';
import type { User } from './caller.ts';
import type { UserDirectory } from './directory.ts';
import { reasonOf, unauthenticated } from './reasons.ts';

export const firebaseKeysUrl =
  'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com';
const what = "The end user's ID token";

export interface UserTokenOptions {
  readonly projectId: string;
  /** Keys of Firebase's token service. Not used with the emulator. */
  readonly keys: JWTVerifyGetKey;
  readonly directory: UserDirectory;
  readonly emulator: boolean;
  readonly now: () => number;
}

export interface UserToken {
  /** `admin` is the bare claim: not yet checked for revocation. */
  readonly user: User;
  readonly signedInAtSeconds: number;
}

/** Throws UNAUTHENTICATED with the reason, or OVERLOADED if the keys cannot be had. */
export async function verifyUserToken(token: string, options: UserTokenOptions): Promise<Verified<UserToken>> {
  const { projectId, now } = options;
  const rules = {
    issuer: `https://securetoken.google.com/${projectId}`,
    audience: projectId,
    currentDate: new Date(now()),
    requiredClaims: ['exp', 'iat', 'sub', 'auth_time'],
  };
  let claims: JWTPayload;
  try {
    claims = options.emulator
      ? UnsecuredJWT.decode(token, rules).payload
      : (await jwtVerify(token, options.keys, { ...rules, algorithms: ['RS256'] })).payload;
  } catch (error) {
    throw reasonOf(error, what);
  }
  const uid = claims.sub ?? '';
  const signedInAtSeconds = Number(claims['auth_time']);
  if (uid === '' || uid.length > 128) throw unauthenticated(`${what} has a missing or wrong claim "sub"`);
  if (!(signedInAtSeconds * 1000 <= now() + 60_000))
    throw unauthenticated(`${what} has a missing or wrong claim "auth_time"`);
  // What a signature says of a real token, the emulator's directory must say of an unsigned one.
  if (options.emulator) await checkUser(options.directory, uid, signedInAtSeconds);
  return { value: { user: userOf(uid, claims), signedInAtSeconds }, expiresAtMs: (claims.exp ?? 0) * 1000 };
}

/** Throws UNAUTHENTICATED if the user is gone or disabled, or signed in before the tokens were revoked. */
export async function checkUser(directory: UserDirectory, uid: string, signedInAtSeconds: number): Promise<void> {
  const record = await directory.find(uid);
  if (record === null) throw unauthenticated(`${what} names a user who does not exist`);
  if (record.disabled) throw unauthenticated(`${what} names a user who is disabled`);
  if (signedInAtSeconds < record.validSinceSeconds) throw unauthenticated(`${what} was revoked`);
}

function userOf(uid: string, claims: JWTPayload): User {
  const { email } = claims;
  const firebase = claims['firebase'] as { sign_in_provider?: unknown } | undefined;
  return {
    uid,
    ...(typeof email === 'string' ? { email } : {}),
    emailVerified: claims['email_verified'] === true,
    admin: claims['admin'] === true,
    anonymous: firebase?.sign_in_provider === 'anonymous',
  };
}
