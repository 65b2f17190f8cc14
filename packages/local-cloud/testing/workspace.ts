// A throw-away Pulumi project for tests of the local cloud: a foreign program, its own home, state and passphrase.
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CliResult {
  readonly code: number;
  /** Standard output and error, in the order of their arrival. */
  readonly output: string;
}

export interface PulumiWorkspace {
  readonly dir: string;
  /** Replaces the program; it reads its knobs from environment and config like any other. */
  write(file: string, text: string): void;
  /** Runs the CLI on the stack `local`. `env` is laid over the workspace's own. */
  pulumi(args: readonly string[], options?: { env?: Record<string, string>; signalAfter?: RegExp }): Promise<CliResult>;
  /** The stack's state file, as text. */
  state(): string;
  remove(): void;
}

/** Makes a project inside the repository's .local/, so that its program finds @pulumi/* where Node looks. */
export function pulumiWorkspace(options: {
  pulumi: string;
  repository: string;
  /** Asked at each run: the local cloud may start after the workspace. */
  env: () => Record<string, string>;
  main: string;
}): PulumiWorkspace {
  const parent = join(options.repository, '.local');
  mkdirSync(parent, { recursive: true });
  const dir = mkdtempSync(join(parent, 'foreign-'));
  const write = (file: string, text: string): void => {
    writeFileSync(join(dir, file), text);
  };
  for (const folder of ['home', 'backend']) mkdirSync(join(dir, folder));
  write('package.json', JSON.stringify({ name: 'foreign', type: 'module' }));
  write(
    'Pulumi.yaml',
    ['name: foreign', 'runtime: { name: nodejs, options: { typescript: false } }', `main: ${options.main}`, ''].join(
      '\n',
    ),
  );
  const env = (): NodeJS.ProcessEnv => ({
    ...process.env,
    ...options.env(),
    PULUMI_HOME: join(dir, 'home'),
    PULUMI_BACKEND_URL: `file://${join(dir, 'backend')}`,
    PULUMI_CONFIG_PASSPHRASE: 'a passphrase of the test',
    NODE_OPTIONS: '',
  });
  return {
    dir,
    write,
    pulumi: (args, run = {}) =>
      runCli(options.pulumi, [...args, '--stack', 'local', '--non-interactive', '--color', 'never'], {
        cwd: dir,
        env: { ...env(), ...run.env },
        signalAfter: run.signalAfter,
      }),
    state: () => readFileSync(join(dir, 'backend', '.pulumi', 'stacks', 'foreign', 'local.json'), 'utf8'),
    remove() {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function runCli(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; signalAfter: RegExp | undefined },
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let signalled = false;
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      if (options.signalAfter?.test(output) !== true || signalled) return;
      signalled = true;
      child.kill('SIGINT');
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}
