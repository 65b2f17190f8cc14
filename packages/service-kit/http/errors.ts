/** The closed list of codes that a route can answer: what its contract says, and what the app factory itself adds. */
import { errors, type ErrorCode } from '@reelbanana/catalog';
import type { RouteContract } from './contract.ts';

/** Any request can be malformed, and any code of ours can fail. */
const ofEveryRoute = [
  'VALIDATION_FAILED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'INTERNAL',
] as const satisfies readonly ErrorCode[];

/** Where somebody must sign in. OVERLOADED: the keys of the tokens' issuer, or its users, cannot be asked now. */
const ofAuthentication = ['UNAUTHENTICATED', 'FORBIDDEN', 'OVERLOADED'] as const satisfies readonly ErrorCode[];

const catalogOrder = Object.keys(errors) as ErrorCode[];

/** In the catalog's order, which is that of the statuses. */
export function errorsOf(contract: Pick<RouteContract, 'principals' | 'errors'>): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>([
    ...contract.errors,
    ...ofEveryRoute,
    ...(contract.principals.includes('any') ? [] : ofAuthentication),
  ]);
  return catalogOrder.filter((code) => codes.has(code));
}
