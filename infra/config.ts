/**
 * The settings of a stack, parsed once from the text that the engine hands over. Pure: every mistake is found in one go,
 * named by its key, and no message repeats a secret's value. What a setting means stands in Pulumi.yaml.
 */
import { secrets, services as catalogServices, type ServiceDefinition, type ServiceId } from '@reelbanana/catalog';
import { z } from 'zod';

/** The stack that runs on a laptop, and the only project it may name: too short to exist in Google Cloud. */
export const LOCAL = 'local';
/** The name in Pulumi.yaml: settings of ours are `reelbanana:NAME`. */
export const NAMESPACE = 'reelbanana';

export type SecretId = keyof typeof secrets;

export interface Scale {
  readonly min: number;
  readonly max: number;
}

export interface StackConfig {
  readonly stack: string;
  readonly project: string;
  readonly projectNumber: string;
  readonly region: string;
  readonly databaseId: string;
  readonly databaseLocation: string;
  /** Refuse to delete what cannot be made again. */
  readonly protect: boolean;
  readonly loadTests: boolean;
  /** Work engine by kind: `engines.narration` = `espeak-ng`. */
  readonly engines: Readonly<Record<string, string>>;
  readonly scale: Readonly<Record<ServiceId, Scale>>;
  /** Stack local: the URL of every service. Elsewhere undefined: Cloud Run's URLs are deterministic. */
  readonly serviceUrls: Readonly<Record<ServiceId, string>> | undefined;
  /** The pinned version of every secret. Undefined on stack local, which declares the versions itself. */
  readonly secretVersions: Readonly<Record<SecretId, string>> | undefined;
}

/** What the engine knows about the stack. */
export interface RawConfig {
  readonly stack: string;
  /** Full key (`reelbanana:scale`) to text; objects as JSON. */
  readonly settings: Readonly<Record<string, string>>;
  /** Full keys whose values are encrypted in the stack's file. */
  readonly secretKeys: readonly string[];
}

/** Every mistake of a stack's settings, one a line, each with its key. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly mistakes: readonly string[];

  constructor(stack: string, mistakes: readonly string[]) {
    super(mistakes.map((mistake) => `stack ${stack}: ${mistake}`).join('\n'));
    this.mistakes = mistakes;
  }
}

/**
 * Parses a stack's settings. Throws ConfigError with every mistake. The services' engines come from the catalog; a test
 * may pass services with an engine that the catalog does not have.
 */
export function parseConfig(
  raw: RawConfig,
  services: Readonly<Record<ServiceId, ServiceDefinition>> = catalogServices,
): StackConfig {
  const local = raw.stack === LOCAL;
  const kinds: ServiceDefinition['engines'] = Object.fromEntries(
    Object.values(services).flatMap(({ engines }) => Object.entries(engines)),
  );
  const settings = settingsOf(raw);
  const parsed = schemaOf(local).safeParse(settings);
  const mistakes = [
    ...(parsed.error?.issues ?? []).map((issue) => `${keyOf(issue.path)} ${issue.message}`),
    ...Object.entries(kinds).flatMap(([kind, engines]) => engineMistakes(kind, engines, settings, local)),
    ...namesOf(secrets).flatMap((secret) => secretMistakes(secret, raw, local)),
    ...unknownKeys(settings, kinds),
  ];
  if (!parsed.success || mistakes.length > 0) throw new ConfigError(raw.stack, mistakes.sort());
  const engines = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, settings[settingOfEngine(kind)] ?? '']));
  return { stack: raw.stack, ...parsed.data, engines };
}

/** `actor-pseudonym-key` -> `actorPseudonymKey`: the secret setting from which stack local makes the secret's version. */
export const settingOfSecret = (secret: SecretId): string =>
  secret.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `narration` -> `narrationEngine`. */
const settingOfEngine = (kind: string): string => `${kind}Engine`;

const namesOf = <Name extends string>(record: Readonly<Record<Name, unknown>>): Name[] => Object.keys(record) as Name[];

/** Our settings and the provider's two, by the names that the schema uses. */
function settingsOf({ settings }: RawConfig): Record<string, string | undefined> {
  const own = Object.entries(settings)
    .filter(([key]) => key.startsWith(`${NAMESPACE}:`))
    .map(([key, value]) => [key.slice(NAMESPACE.length + 1), value] as const);
  return { ...Object.fromEntries(own), project: settings['gcp:project'], region: settings['gcp:region'] };
}

/** The full key and path of a mistake: `reelbanana:scale.narrate.min`. */
function keyOf(path: readonly PropertyKey[]): string {
  const text = path.map(String).join('.');
  return /^(project|region)$/.test(text) ? `gcp:${text}` : `${NAMESPACE}:${text}`;
}

const text = (pattern: RegExp, message: string) => z.string('is required').regex(pattern, message);
const flag = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');
const count = z.int('must be a whole number');
const scale = z
  .strictObject({ min: count.min(0), max: count.min(1).max(1_000) }, 'must be {min, max}')
  .refine(({ min, max }) => min <= max, 'min must not exceed max');
const version = z.coerce.string().regex(/^[1-9]\d*$/, 'must be the number of a version');
const localUrl = z.string('must be a URL').regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/, 'must be http://127.0.0.1:PORT');

/** JSON text of an object with exactly these keys. */
function keyed<Name extends string, Value extends z.ZodType>(names: readonly Name[], value: Value) {
  const shape = Object.fromEntries(names.map((name) => [name, value])) as Record<Name, Value>;
  const exact = z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `has no place for ${issue.keys.join(', ')}` : 'must be an object',
  });
  return z.string().default('{}').transform(parseJson).pipe(exact);
}

/** JSON text of an empty object: the setting belongs to another kind of stack. */
function empty(message: string) {
  const nothing = z.strictObject({}, message).transform(() => undefined);
  return z.string().default('{}').transform(parseJson).pipe(nothing);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function schemaOf(local: boolean) {
  return z.object({
    project: local
      ? text(/^local$/, 'must be local on stack local')
      : text(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'must be the id of a Google Cloud project'),
    region: text(/^[a-z]+-[a-z]+\d+$/, 'must be a region such as us-central1'),
    projectNumber: text(/^\d{6,}$/, 'must be the number of the project, digits alone'),
    databaseId: text(/^(\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9])$/, 'must be (default) or 4 to 63 of a-z, 0-9 and -'),
    databaseLocation: text(/^[a-z0-9-]+$/, 'must be a location such as nam5 or us-central1'),
    protect: flag,
    loadTests: flag,
    scale: keyed(namesOf(catalogServices), scale),
    serviceUrls: local ? keyed(namesOf(catalogServices), localUrl) : empty('is for stack local alone'),
    secretVersions: local
      ? empty('must be empty: stack local declares the versions')
      : keyed(namesOf(secrets), version),
  });
}

function engineMistakes(
  kind: string,
  engines: Readonly<Record<string, { readonly localOnly: boolean }>>,
  settings: Record<string, string | undefined>,
  local: boolean,
): string[] {
  const name = settings[settingOfEngine(kind)] ?? '';
  const allowed = namesOf(engines).filter((engine) => local || engines[engine]?.localOnly === false);
  if (allowed.includes(name)) return [];
  const remedy =
    allowed.length > 0
      ? `use ${allowed.join(' or ')}`
      : 'no engine may run outside stack local yet, so it cannot be deployed';
  const known = Object.hasOwn(engines, name);
  const problem = name === '' ? 'is required' : known ? `${name} is for stack local alone` : `names no engine: ${name}`;
  return [`${NAMESPACE}:${settingOfEngine(kind)} ${problem}; ${remedy}`];
}

/** Stack local makes each secret's version from an encrypted setting; elsewhere such a setting has no place. */
function secretMistakes(secret: SecretId, { settings, secretKeys }: RawConfig, local: boolean): string[] {
  const key = `${NAMESPACE}:${settingOfSecret(secret)}`;
  if (!local)
    return Object.hasOwn(settings, key) ? [`${key} is for stack local alone: add a version to the secret`] : [];
  if (!settings[key]) return [`${key} is required: \`npm run up\` makes one`];
  return secretKeys.includes(key) ? [] : [`${key} must be encrypted: set it with --secret`];
}

/** A misspelt setting would be ignored in silence. */
function unknownKeys(settings: Record<string, unknown>, kinds: ServiceDefinition['engines']): string[] {
  const known = new Set([
    ...Object.keys(schemaOf(true).shape),
    ...Object.keys(kinds).map(settingOfEngine),
    ...namesOf(secrets).map(settingOfSecret),
  ]);
  return Object.keys(settings).flatMap((name) => (known.has(name) ? [] : [`${NAMESPACE}:${name} is no setting`]));
}
