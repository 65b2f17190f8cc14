/** A token issuer for tests: signs as Google or Firebase do, and serves its public keys where the service looks for them. */
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWTPayload } from 'jose';
import { listen, type Listening } from './listen.ts';

export interface Issuer {
  /** Serves the keys under every path; count of the times they were fetched. */
  readonly origin: string;
  fetches(): number;
  /** `down` answers 500 to everybody who wants the keys. */
  down: boolean;
  sign(claims: JWTPayload, options?: { kid?: string; key?: CryptoKey }): Promise<string>;
  close(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  let fetches = 0;
  const server: Listening = await listen((_request, response) => {
    fetches += 1;
    response.statusCode = issuer.down ? 500 : 200;
    response.setHeader('Content-Type', 'application/json');
    response.end(issuer.down ? '{}' : JSON.stringify({ keys: [jwk] }));
  });
  const issuer: Issuer = {
    origin: server.url,
    fetches: () => fetches,
    down: false,
    sign: (claims, { kid = 'k1', key = privateKey } = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(key),
    close: server.close,
  };
  return issuer;
}

/** A token as the Firebase Auth emulator makes them: anybody can. */
export function unsigned(claims: JWTPayload): string {
  return new UnsecuredJWT(claims).encode();
}
