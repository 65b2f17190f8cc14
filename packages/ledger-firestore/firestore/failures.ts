// What a failed call to Firestore means. One rule: where it is not certain that nothing landed, the outcome is unknown.
import { EntryExists, StaleVersion, StoreUnavailable, UnknownOutcome } from '../port.ts';

/** gRPC status codes by name. */
export const grpc = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** Refusals that no retry mends: our own mistake, or a missing role. They pass as they are, and become a 500. */
const hopeless: ReadonlySet<number> = new Set([
  grpc.invalidArgument,
  grpc.permissionDenied,
  grpc.outOfRange,
  grpc.unimplemented,
  grpc.unauthenticated,
]);

/** The status code of an error of the Firestore client; undefined for every other error. */
export function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' ? code : undefined;
}

/** Whether the network or a server that restarts lost the call: sent again it may succeed at once. */
export function isTransient(error: unknown): boolean {
  return codeOf(error) === grpc.unavailable;
}

/** Maps what a commit threw to the port's errors, or hands back what is a bug. */
export function mapCommitFailure(error: unknown, walletIds: readonly string[]): unknown {
  if (error instanceof StoreUnavailable) return error; // the connection knows that it sent nothing
  const code = codeOf(error);
  const cause = { cause: error };
  switch (code) {
    case grpc.alreadyExists:
      return new EntryExists(walletIds, cause);
    case grpc.failedPrecondition:
    case grpc.notFound: // the wallet to update is gone: loading it will say so
      return new StaleVersion(walletIds, cause);
    case grpc.aborted: // too much contention; nothing is promised about an attempt before this answer
    case grpc.resourceExhausted:
      return new UnknownOutcome(text(error), true, cause);
    default:
      // An error without a code is the network's or the token's, raised before or after the request went out.
      if (isBug(error) || (code !== undefined && hopeless.has(code))) return error;
      return new UnknownOutcome(text(error), false, cause);
  }
}

/** Maps what a read threw. */
export function mapReadFailure(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return error;
  const code = codeOf(error);
  if (isBug(error) || (code !== undefined && hopeless.has(code))) return error;
  return new StoreUnavailable(text(error), { cause: error });
}

function isBug(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
