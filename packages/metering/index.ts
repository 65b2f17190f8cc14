/** The metering SDK: what a service needs to charge for its work (`wire.md`, SDK attempts). */
export { attemptsMax, createAttempts, WorkFailed } from './attempts.ts';
export type { Attempts, Made, OpenHold, OperationInput, OperationOutcome } from './attempts.ts';
export { createCreditsClient, type CreditsClientOptions } from './client.ts';
export { cloudResults } from './cloud-results.ts';
export type { Balance, CallOptions, CreditsClient, ReserveInput, Reserved, Settled } from './credits.ts';
export { closedState, CreditsError } from './errors.ts';
export { attemptKey, holdIdOf, requestDigest } from './ids.ts';
export {
  createMetering,
  type Cost,
  type Metering,
  type MeteringOptions,
  type PaidReply,
  type PaidRequest,
} from './metered.ts';
export {
  memoryResults,
  pendingName,
  resultName,
  type ResultFacts,
  type ResultObject,
  type ResultStore,
} from './results.ts';
