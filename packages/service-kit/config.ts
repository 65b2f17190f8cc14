/**
 * Reads a service's environment once, tells everything that is wrong with it at once, and refuses to start where a
 * deployed service could be pointed at an emulator (whose tokens are unsigned).
 */
import { callers, services, type AccountId, type ServiceId } from '@reelbanana/catalog';
import { z } from 'zod';

/** The project id of the local stack: too short to exist in Google Cloud. */
export const localProjectId = 'local';

/** What every service knows of itself. */
export interface KitConfig {
  readonly service: ServiceId;
  readonly stack: string;
  readonly projectId: string;
  readonly port: number;
  /** This service's own URL: the audience of tokens for it. */
  readonly serviceUrl: string;
  /** E-mails of the service accounts that may call it, and their names in the catalog. */
  readonly allowedAccounts: ReadonlyMap<string, AccountId>;
  /** Cloud Run's name of the running revision; absent elsewhere. */
  readonly revision?: string | undefined;
  readonly logLevel?: string | undefined;
  /** "127.0.0.1:PORT" of the Firebase Auth emulator; project `local` alone. */
  readonly authEmulatorHost?: string | undefined;
  /** The local cloud's origin for Google's APIs; project `local` alone. */
  readonly googleApiOrigin?: string | undefined;
  readonly otlpEndpoint?: string | undefined;
}

export type Config<S extends z.ZodRawShape> = KitConfig & {
  /** The service's own variables, parsed. */
  readonly env: z.output<z.ZodObject<S>>;
};

/** The user's mistake, told in one line each: never shown with a stack. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const accountIds: ReadonlySet<string> = new Set([...Object.keys(services), ...Object.keys(callers)]);

const allowedAccountsSchema = z.string().transform((text, context): ReadonlyMap<string, AccountId> => {
  const accounts = new Map<string, AccountId>();
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [id = '', email = '', ...rest] = pair.split('=').map((part) => part.trim());
    if (!accountIds.has(id)) context.addIssue(`${JSON.stringify(id)} is no account of the catalog`);
    if (rest.length > 0 || !/^[^@\s]+@[^@\s]+$/.test(email))
      context.addIssue(`${JSON.stringify(pair)} is not name=email`);
    // Whichever came last would win: another account's rights.
    if (accounts.has(email)) context.addIssue(`${JSON.stringify(email)} is named twice`);
    accounts.set(email, id as AccountId);
  }
  return accounts;
});

const kitSchema = z.object({
  SERVICE: z.enum(Object.keys(services) as [ServiceId, ...ServiceId[]]),
  STACK: z.string().min(1),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number')
    .transform(Number)
    .pipe(z.int().max(65_535, 'must be a port number')),
  SERVICE_URL: z.url(),
  ALLOWED_ACCOUNTS: allowedAccountsSchema.prefault(''),
  PROJECT_ID: z.string().min(1).optional(),
  GOOGLE_CLOUD_PROJECT: z.string().min(1).optional(),
  K_REVISION: z.string().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).optional(),
  FIREBASE_AUTH_EMULATOR_HOST: z.string().optional(),
  LOCAL_GOOGLE_API: z.url().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
});

/**
 * The configuration of a service: what all have, plus `own` variables by name.
 *
 * Throws ConfigError naming every variable that is missing or wrong (never its value: it may be a secret), or the
 * emulator variables that a project other than `local` must not have.
 */
export function readConfig<S extends z.ZodRawShape>(
  own: S,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Config<S> {
  const kit = kitSchema.safeParse(env);
  const mine = z.object(own).safeParse(env);
  const issues = [...(kit.error?.issues ?? []), ...(mine.error?.issues ?? [])];
  const projectId = env['PROJECT_ID'] ?? env['GOOGLE_CLOUD_PROJECT'] ?? '';
  const lines = issues.map(({ path, message }) => {
    const name = path.map(String).join('.');
    return env[name] === undefined ? `${name} is missing` : `${name}: ${message}`;
  });
  if (projectId === '') lines.push('PROJECT_ID is missing');
  if (projectId !== (env['GOOGLE_CLOUD_PROJECT'] ?? projectId))
    lines.push('PROJECT_ID and GOOGLE_CLOUD_PROJECT name two projects');
  const guarded = bootGuard(projectId, env);
  if (guarded !== undefined) lines.unshift(guarded);
  if (lines.length > 0 || !kit.success || !mine.success) throw new ConfigError(lines.join('; '));
  return {
    service: kit.data.SERVICE,
    stack: kit.data.STACK,
    projectId,
    port: kit.data.PORT,
    serviceUrl: kit.data.SERVICE_URL,
    allowedAccounts: kit.data.ALLOWED_ACCOUNTS,
    revision: kit.data.K_REVISION,
    logLevel: kit.data.LOG_LEVEL,
    authEmulatorHost: kit.data.FIREBASE_AUTH_EMULATOR_HOST,
    googleApiOrigin: kit.data.LOCAL_GOOGLE_API,
    otlpEndpoint: kit.data.OTEL_EXPORTER_OTLP_ENDPOINT,
    env: mine.data,
  };
}

/** Names the variables that would point a real project's service at an emulator; undefined if there are none. */
export function bootGuard(projectId: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (projectId === localProjectId) return undefined;
  const found = Object.keys(env).filter((name) => name.endsWith('_EMULATOR_HOST') || name === 'LOCAL_GOOGLE_API');
  if (found.length === 0) return undefined;
  return `refusing to start: ${found.sort().join(', ')} set in project ${JSON.stringify(projectId)}, allowed in project "local" only`;
}
