/**
 * The copy that Pulumi works on, `.local/run/`: project and stack files, state in files, a passphrase and a secret of its
 * own. So a run never touches a tracked file and leaves nothing in anybody's Pulumi account or home.
 */
import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { secrets } from '@reelbanana/catalog';
import {
  LOCAL,
  NAMESPACE,
  parseConfig,
  settingOfSecret,
  type RawConfig,
  type SecretId,
  type StackConfig,
} from '../../infra/config.ts';
import { forEachService } from '../../infra/workload.ts';
import { repositoryRoot } from '../lib/tools.ts';
import { freePorts } from './ports.ts';
import { pulumiOutput, type PulumiCli } from './pulumi-cli.ts';

export const runFolder = join(repositoryRoot, '.local', 'run');

/** Bytes of a secret's random value: as long as the HMAC's output. */
const SECRET_BYTES = 32;
const secretIds = Object.keys(secrets) as SecretId[];
const keyOfSecret = (secret: SecretId): string => `${NAMESPACE}:${settingOfSecret(secret)}`;

export interface Workspace {
  readonly cli: PulumiCli;
  /** The stack's settings, ports included. */
  readonly config: StackConfig;
  /** Writes the ports and the secrets into the copy; before the first operation. */
  complete(): Promise<void>;
}

/** Empties the folder of the last run and makes it ready. */
export function clearRunFolder(): void {
  rmSync(runFolder, { recursive: true, force: true });
  for (const folder of ['bin', 'home', 'state']) mkdirSync(join(runFolder, folder), { recursive: true, mode: 0o700 });
}

/** Makes the copy and the stack in it, and checks the settings. Throws infra's ConfigError when they have mistakes. */
export async function prepareWorkspace(pulumi: string, node: string): Promise<Workspace> {
  copyProject();
  const cli = newCli(pulumi, node);
  await pulumiOutput(cli, ['stack', 'init', LOCAL]);
  const urls = await pickUrls();
  const config = parseConfig(await readSettings(cli, urls));
  return { cli, config, complete: () => complete(cli, urls) };
}

function newCli(pulumi: string, node: string): PulumiCli {
  // The language host finds `node` on PATH. Set in our own, since the local cloud adds its host to what it finds there.
  process.env['PATH'] = [dirname(node), process.env['PATH']].join(delimiter);
  return {
    pulumi: besideItsHost(pulumi),
    cwd: runFolder,
    env: {
      PULUMI_IGNORE_AMBIENT_PLUGINS: 'true',
      PULUMI_HOME: join(runFolder, 'home'),
      PULUMI_BACKEND_URL: `file://${join(runFolder, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: randomBytes(24).toString('base64url'),
      PULUMI_SKIP_UPDATE_CHECK: '1',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: '1',
    },
  };
}

/**
 * The CLI beside a Node language host. One that was built from its Go modules has none, and warns in every run when it
 * finds ours on PATH; in one folder with ours it is content. A hard link, since the CLI looks beside its real path.
 */
function besideItsHost(pulumi: string): string {
  const host = 'pulumi-language-nodejs';
  if (existsSync(join(dirname(realpathSync(pulumi)), host))) return pulumi;
  const folder = join(runFolder, 'bin');
  symlinkSync(join(repositoryRoot, 'packages', 'local-cloud', 'pulumi', 'bin', host), join(folder, host));
  try {
    linkSync(realpathSync(pulumi), join(folder, 'pulumi'));
  } catch {
    copyFileSync(pulumi, join(folder, 'pulumi')); // another file system
  }
  return join(folder, 'pulumi');
}

async function complete(cli: PulumiCli, urls: Readonly<Record<string, string>>): Promise<void> {
  for (const secret of secretIds) {
    // By standard input: arguments can be read by every process of the machine.
    const value = randomBytes(SECRET_BYTES).toString('base64');
    await pulumiOutput(cli, ['config', 'set', '--secret', keyOfSecret(secret)], value);
  }
  const settings = Object.entries(urls).map(([service, url]) => `${NAMESPACE}:serviceUrls.${service}=${url}`);
  await pulumiOutput(cli, ['config', 'set-all', '--path', ...settings.flatMap((setting) => ['--plaintext', setting])]);
}

/** Project and stack file, with the program named by its full path: the copy lies elsewhere. */
function copyProject(): void {
  const project = readFileSync(join(repositoryRoot, 'Pulumi.yaml'), 'utf8');
  const moved = project.replace(
    /^main: (.+)$/m,
    (_, main: string) => `main: ${JSON.stringify(join(repositoryRoot, main.trim()))}`,
  );
  if (moved === project) throw new Error('Pulumi.yaml: no line "main: FILE"');
  writeFileSync(join(runFolder, 'Pulumi.yaml'), moved);
  const stack = `Pulumi.${LOCAL}.yaml`;
  writeFileSync(join(runFolder, stack), readFileSync(join(repositoryRoot, stack), 'utf8'), { mode: 0o600 });
}

async function pickUrls(): Promise<Record<string, string>> {
  const services = Object.keys(forEachService(() => undefined));
  const ports = await freePorts(services.length);
  return Object.fromEntries(services.map((service, index) => [service, `http://127.0.0.1:${ports[index]}`]));
}

/** The settings as the engine sees them, defaults included, and those that `complete` will add. */
async function readSettings(cli: PulumiCli, urls: Readonly<Record<string, string>>): Promise<RawConfig> {
  const shown = JSON.parse(await pulumiOutput(cli, ['config', '--json'])) as Record<string, { value?: string }>;
  const own = Object.entries(shown).map(([key, { value }]) => [key, value ?? ''] as const);
  const secretKeys = secretIds.map(keyOfSecret);
  return {
    stack: LOCAL,
    settings: {
      ...Object.fromEntries(own),
      ...Object.fromEntries(secretKeys.map((key) => [key, 'encrypted'] as const)),
      [`${NAMESPACE}:serviceUrls`]: JSON.stringify(urls),
    },
    secretKeys,
  };
}
