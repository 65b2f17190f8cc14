/**
 * What follows from the catalog's `uses` for one stack: accounts, grants and environments. Pure data; the components
 * only create resources from it.
 */
import {
  callers,
  envNameOf,
  roleOf,
  services,
  type AccountId,
  type CallerDefinition,
  type ServiceDefinition,
  type ServiceId,
  type Use,
} from '@reelbanana/catalog';
import type { SecretId, StackConfig } from './config.ts';
import { accountEmail, bucketName, serviceUrl } from './names.ts';

/** A role that an account needs on one resource. */
export interface Need {
  readonly account: AccountId;
  readonly role: string;
  readonly use: Use;
}

/** A variable of a workload: plain text, or the version of a secret. */
export type Variable =
  { readonly name: string; readonly value: string } | { readonly name: string; readonly secret: SecretId };

const definitions: Readonly<Record<ServiceId, ServiceDefinition>> = services;

/** One value for every service of the catalog. */
export function forEachService<Value>(make: (service: ServiceId) => Value): Record<ServiceId, Value> {
  const ids = Object.keys(services) as ServiceId[];
  return Object.fromEntries(ids.map((id) => [id, make(id)])) as Record<ServiceId, Value>;
}

/** The accounts that exist in this stack: every service's own, and callers where a setting asks for them. */
export function accountsOf(
  config: Pick<StackConfig, 'loadTests'>,
): readonly { id: AccountId; title: string; uses: readonly Use[] }[] {
  const wanted = Object.entries<CallerDefinition>(callers).filter(([, caller]) => config[caller.onlyWhere]);
  return [...Object.entries<ServiceDefinition>(services), ...wanted].map(([id, { title, uses }]) => ({
    id: id as AccountId,
    title,
    uses,
  }));
}

/** Every role of every account: each on the one resource that its `uses` name, nothing else. */
export function needsOf(config: Pick<StackConfig, 'loadTests'>): readonly Need[] {
  return accountsOf(config).flatMap(({ id: account, uses }) =>
    uses.flatMap((use): Need[] => {
      const exposure = use.kind === 'service' ? definitions[use.name as ServiceId].exposure : undefined;
      const role = roleOf(use, exposure);
      return role === null ? [] : [{ account, role, use }];
    }),
  );
}

/** Accounts that may call a service, as its app knows them: `narrate=narrate@PROJECT.iam.gserviceaccount.com,...`. */
export function allowedAccounts(config: StackConfig, service: ServiceId): string {
  return accountsOf(config)
    .filter(({ uses }) => uses.some((use) => use.kind === 'service' && use.name === service))
    .map(({ id }) => `${id}=${accountEmail(config, id)}`)
    .join(',');
}

/**
 * The environment of a service, in a fixed order. What the platform sets at spawn (PORT, K_SERVICE, emulators, metadata
 * host) is not here.
 */
export function environmentOf(config: StackConfig, service: ServiceId): readonly Variable[] {
  const { uses, engines } = definitions[service];
  const own: Variable[] = [
    { name: 'PROJECT_ID', value: config.project },
    { name: 'STACK', value: config.stack },
    { name: 'SERVICE', value: service },
    { name: 'SERVICE_URL', value: serviceUrl(config, service) },
    { name: 'ALLOWED_ACCOUNTS', value: allowedAccounts(config, service) },
    { name: 'LOAD_TESTS', value: String(config.loadTests) },
  ];
  const chosen = Object.keys(engines).map((kind) => ({
    name: `${kind.replaceAll('-', '_').toUpperCase()}_ENGINE`,
    value: config.engines[kind] ?? '',
  }));
  // An empty variable says nothing, and Cloud Run would show a difference for ever.
  return [...own, ...chosen, ...uses.flatMap((use) => variableOf(config, use))].filter(
    (variable) => !('value' in variable) || variable.value !== '',
  );
}

function variableOf(config: StackConfig, use: Use): Variable[] {
  const name = envNameOf(use);
  if (name === null) return [];
  switch (use.kind) {
    case 'database':
      return [{ name, value: config.databaseId }];
    case 'bucket':
      return [{ name, value: bucketName(config, use.name) }];
    case 'secret':
      return [{ name, secret: use.name as SecretId }];
    case 'service':
      return [{ name, value: serviceUrl(config, use.name as ServiceId) }];
    case 'topic':
    case 'auth':
      throw new Error(`no service uses ${use.kind} yet: add its component and its variable together`);
  }
}
