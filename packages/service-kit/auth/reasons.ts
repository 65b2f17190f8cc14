/** Why a token is not taken, in words that help its owner and repeat nothing of it. */
import { decodeJwt, errors as jose } from 'jose';
import { Problem } from '../http/problem.ts';

/** Any longer is no token of ours; hashing and parsing stay bounded. */
export const tokenLengthMax = 8_192;

export function unauthenticated(detail: string): Problem {
  return new Problem('UNAUTHENTICATED', detail, {}, { 'WWW-Authenticate': 'Bearer' });
}

/** A verification that could not be made: the caller may be right, so it is no 401. */
export function cannotVerify(cause: unknown): Problem {
  return new Problem('OVERLOADED', 'Tokens cannot be verified at the moment', {}, { 'Retry-After': '2' }, cause);
}

/** Maps what jose throws. `what` is the token's name in the answer, e.g. "The end user's ID token". */
export function reasonOf(error: unknown, what: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof jose.JWTExpired) return unauthenticated(`${what} has expired`);
  if (error instanceof jose.JWTClaimValidationFailed) return unauthenticated(`${what} has ${claimReason(error)}`);
  if (error instanceof jose.JWKSNoMatchingKey || error instanceof jose.JWSSignatureVerificationFailed) {
    return unauthenticated(`${what} is not signed by its issuer`);
  }
  if (error instanceof jose.JOSEAlgNotAllowed) return unauthenticated(`${what} is not signed with RS256`);
  if (error instanceof jose.JOSEError) return unauthenticated(`${what} is not a valid token`);
  throw error;
}

function claimReason(error: jose.JWTClaimValidationFailed): string {
  switch (error.claim) {
    case 'aud':
      return 'another audience';
    case 'iss':
      return 'another issuer';
    default:
      return `a missing or wrong claim "${error.claim}"`;
  }
}

/** The issuer a token claims, unverified: for a clearer refusal only. */
export function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
