/** The catalog: the single source of truth for operations, prices, plans, services, metrics, limits and errors. */
export { errorData, errors, type ErrorCode, type ErrorDefinition } from './errors.ts';
export { limits } from './limits.ts';
export { metrics, type MetricDefinition, type MetricName } from './metrics.ts';
export { dearestParams, isOperation, operations, type Operation, type OperationId } from './operations.ts';
export { packages, type CreditPackage, type PackageId } from './packages.ts';
export { plans, type Plan, type PlanId } from './plans.ts';
export { priceBook } from './prices.ts';
export {
  buckets,
  callers,
  loadOwnerPrefix,
  secrets,
  services,
  type AccountId,
  type CallerDefinition,
  type CallerId,
  type ServiceDefinition,
  type ServiceId,
} from './services.ts';
export { envNameOf, roleOf, type Use } from './uses.ts';
