/** What every service is built from: app factory, contracts, authentication, problems, telemetry, configuration, drain. */
export { createAuth, type Auth, type AuthOptions } from './auth/auth.ts';
export type { Account, Caller, User } from './auth/caller.ts';
export type { UserDirectory, UserRecord } from './auth/directory.ts';
export { boot } from './boot.ts';
export { ConfigError, localProjectId, readConfig, type Config, type KitConfig } from './config.ts';
export { googleClientOptions, type StorageOptions } from './google.ts';
export {
  defineContract,
  reply,
  route,
  type AnyReply,
  type BinaryResponse,
  type Method,
  type Principal,
  type Reply,
  type Route,
  type RouteContract,
  type Streamed,
  type StreamedResponse,
  type Typed,
} from './http/contract.ts';
export { answerInside, type InnerRequest } from './http/inner.ts';
export { invalid, Problem, problemBody, retryAfter, type FieldError, type ProblemBody } from './http/problem.ts';
export { problemSchema } from './http/send.ts';
export { createService, type ServiceOptions } from './http/service.ts';
export { traceHeaders } from './http/trace.ts';
export { serviceIdentity, type ServiceIdentity, type ServiceIdentityOptions } from './identity.ts';
export { createLog, type Log } from './logging.ts';
export { openApi, type OpenApiOptions } from './openapi/document.ts';
export type { OpenApiDocument } from './openapi/types.ts';
export { serve, type ServeOptions } from './serve.ts';
export { startTelemetry, type Telemetry, type TelemetryOptions } from './telemetry/telemetry.ts';
