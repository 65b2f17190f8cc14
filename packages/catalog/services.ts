/**
 * The deployed services and the accounts that act: exposure, resources and `uses`. Roles and environment variables both
 * follow from `uses` (uses.ts), so a service can reach exactly what it is told about. Scale (min and max instances)
 * stands in the stack, nowhere else.
 */
import type { MetricName } from './metrics.ts';
import type { Use } from './uses.ts';

/** Something that does the work of a paid operation, and what it takes along. */
export interface EngineDefinition {
  /** Allowed on the local stack alone. */
  readonly localOnly: boolean;
  /** npm packages that stay folders beside the bundle (data files, separate processes). */
  readonly bundleFolders: readonly string[];
  /** Files of the service's folder that go along as they are. */
  readonly bundleFiles: readonly string[];
}

export interface ServiceDefinition {
  readonly title: string;
  /** public: a browser or Stripe calls it, the app checks tokens. private: the front end checks run.invoker. */
  readonly exposure: 'public' | 'private';
  readonly uses: readonly Use[];
  /** Virtual CPUs and memory of one instance. */
  readonly cpu: number;
  readonly memoryMib: number;
  /** Requests that one instance takes at once. */
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  /** request: no CPU outside requests. instance: CPU while the instance lives. */
  readonly billing: 'request' | 'instance';
  /** By kind of work, the engines that can do it. The stack chooses one for each kind (`narrationEngine`). */
  readonly engines: Readonly<Record<string, Readonly<Record<string, EngineDefinition>>>>;
  readonly metrics: readonly MetricName[];
}

export const services = {
  credits: {
    title: 'Credits',
    exposure: 'public',
    uses: [
      { kind: 'database', access: 'read-write' },
      { kind: 'secret', name: 'actor-pseudonym-key', access: 'read' },
      { kind: 'secret', name: 'quote-signing-key', access: 'read' },
      // Administrators' tokens are checked for revocation.
      { kind: 'auth', access: 'read' },
    ],
    cpu: 1,
    memoryMib: 512,
    concurrency: 250,
    timeoutSeconds: 60,
    billing: 'request',
    engines: {},
    metrics: [
      'http_server_request_duration_seconds',
      'wallet_deductions_total',
      'wallet_deduct_seconds',
      'ledger_commits_total',
      'holds_open',
    ],
  },
  narrate: {
    title: 'Narrate',
    exposure: 'public',
    uses: [
      { kind: 'service', name: 'credits', access: 'call' },
      { kind: 'bucket', name: 'media', access: 'read-write' },
    ],
    cpu: 1,
    memoryMib: 1024,
    concurrency: 8,
    timeoutSeconds: 300,
    billing: 'request',
    engines: {
      narration: {
        // GPL: a child process of its own folder, never part of the bundle's code, never on a deployed stack.
        'espeak-ng': {
          localOnly: true,
          bundleFolders: ['@echogarden/espeak-ng-emscripten'],
          bundleFiles: ['engines/espeak-worker.mjs'],
        },
      },
    },
    metrics: ['http_server_request_duration_seconds'],
  },
} as const satisfies Record<string, ServiceDefinition>;

export type ServiceId = keyof typeof services;

/** Accounts that are no deployed service but act on one. */
export interface CallerDefinition {
  readonly title: string;
  readonly uses: readonly Use[];
  /** The wallets it may name by id. */
  readonly wallets: 'load';
  /** The stack's setting under which it exists at all. */
  readonly onlyWhere: 'loadTests';
}

export const callers = {
  loadtest: {
    title: 'Load tests',
    uses: [{ kind: 'service', name: 'credits', access: 'call' }],
    wallets: 'load',
    onlyWhere: 'loadTests',
  },
} as const satisfies Record<string, CallerDefinition>;

export type CallerId = keyof typeof callers;

/** The name of a service account: a service's own, or a caller's. */
export type AccountId = ServiceId | CallerId;

/** The resources that services use by name, declared once. */
export const buckets = { media: { title: 'Results of paid operations' } } as const;
export const secrets = {
  'actor-pseudonym-key': { title: 'HMAC key of the pseudonyms of actors in entries' },
  'quote-signing-key': { title: 'HMAC keys of quotes: one or two, separated by white space; the first signs' },
} as const;

/** Owner ids of load wallets begin with this: exempt from user limits, left out of revenue and liability. */
export const loadOwnerPrefix = 'load-';
