// Tokens of the local cloud. Identity tokens are signed as Google signs its own; access tokens are random and mean
// something only to the runtime that gave them out, so neither can be made up from an e-mail address.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import type { JWK } from 'jose';

/** As Google's. */
export const TOKEN_LIFETIME_S = 3600;
/** Google's metadata server hands out the same access token until five minutes before its end. */
const RENEW_BEFORE_S = 300;

export interface AccessToken {
  readonly token: string;
  readonly expiresInS: number;
}

export interface TokenIssuer {
  accessToken(email: string): AccessToken;
  /** The account behind a live access token. */
  accountOf(accessToken: string): string | undefined;
  /** An OIDC token (RS256, iss https://accounts.google.com) of the account for the audience. */
  idToken(email: string, audience: string): Promise<string>;
  /** What /oauth2/v3/certs and /oauth2/v1/certs answer. */
  jwks(): Promise<{ keys: JWK[] }>;
  pems(): Record<string, string>;
}

/** `nowMs` is the clock for access tokens. */
export function createTokenIssuer(nowMs: () => number = Date.now): TokenIssuer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const spki = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  // From the key itself: a client that caches certificates across two runs cannot mistake one key for the other.
  const kid = createHash('sha256').update(spki).digest('hex').slice(0, 40);
  const accounts = new Map<string, { email: string; expiresAtMs: number }>();
  const current = new Map<string, string>();
  const secondsLeft = (expiresAtMs: number) => Math.floor((expiresAtMs - nowMs()) / 1000);
  return {
    accessToken: (email) => {
      const held = current.get(email);
      const known = held === undefined ? undefined : accounts.get(held);
      if (held !== undefined && known !== undefined && secondsLeft(known.expiresAtMs) > RENEW_BEFORE_S) {
        return { token: held, expiresInS: secondsLeft(known.expiresAtMs) };
      }
      for (const [token, { expiresAtMs }] of accounts) if (expiresAtMs <= nowMs()) accounts.delete(token);
      const token = `ya29.local-${randomBytes(32).toString('base64url')}`;
      accounts.set(token, { email, expiresAtMs: nowMs() + TOKEN_LIFETIME_S * 1000 });
      current.set(email, token);
      return { token, expiresInS: TOKEN_LIFETIME_S };
    },
    accountOf: (accessToken) => {
      const known = accounts.get(accessToken);
      return known !== undefined && known.expiresAtMs > nowMs() ? known.email : undefined;
    },
    idToken: (email, audience) =>
      new SignJWT({ azp: subjectOf(email), email, email_verified: true })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setIssuer('https://accounts.google.com')
        .setAudience(audience)
        .setSubject(subjectOf(email))
        .setIssuedAt()
        .setExpirationTime(`${TOKEN_LIFETIME_S}s`)
        .sign(privateKey),
    jwks: async () => ({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] }),
    pems: () => ({ [kid]: spki }),
  };
}

/** Google's accounts have a number of 21 digits; ours is fixed by the e-mail. */
function subjectOf(email: string): string {
  const digits = BigInt(`0x${createHash('sha256').update(email).digest('hex')}`).toString();
  return `1${digits.slice(0, 20)}`;
}
