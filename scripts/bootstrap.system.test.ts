// The set-up, run for real in a sandbox: a copy of scripts/bootstrap* and tools/ with a repository around it that has no
// dependencies, so that npm and the commands run as they do here, in milliseconds and without a network.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { foundTools, repositoryRoot } from './lib/tools.ts';

/** Larger than any pid of Linux or macOS. */
const DEAD_PID = 2 ** 30;

const { node } = foundTools();

let sandbox: string;
const started = new Set<ChildProcess>();

beforeEach(() => {
  sandbox = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  for (const part of ['scripts/bootstrap.mjs', 'scripts/bootstrap', 'tools']) {
    cpSync(join(repositoryRoot, part), join(sandbox, part), {
      recursive: true,
      filter: (source) => !source.includes('node_modules'),
    });
  }
  write('package.json', JSON.stringify({ name: 'sandbox', version: '1.0.0', type: 'module' }));
  write('package-lock.json', lockfile('1.0.0'));
});

afterEach(async () => {
  for (const child of started) {
    child.kill('SIGTERM');
    await once(child, 'close');
  }
  rmSync(sandbox, { recursive: true, force: true });
});

describe('an unknown call', () => {
  it.each([
    ['a command', ['upp'], 'unknown command "upp"'],
    ['a flag', ['--once'], 'unknown flag "--once"'],
  ])('%s: one line, exit code 2, nothing set up', async (_what, args, message) => {
    const { code, stdout, stderr } = await bootstrap(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(join(sandbox, '.tools'))).toBe(false);
  });
});

describe('a command', () => {
  it('installs the packages once, and is silent and changes nothing the second time', async () => {
    command('console.log("done");');
    const first = await bootstrap(['token']);
    expect(first).toMatchObject({ code: 0, stdout: 'done\n' });
    expect(first.stderr).toContain('npm packages: done');
    const files = ['.tools/found.json', '.tools/state.json', 'node_modules/.bootstrap-stamp'];
    const times = files.map(modifiedMs);

    expect(await bootstrap(['token'])).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
    expect(files.map(modifiedMs)).toEqual(times);
  });

  it('installs again when the lockfile changed', async () => {
    command('');
    await bootstrap(['token']);
    write('package.json', JSON.stringify({ name: 'sandbox', version: '2.0.0', type: 'module' }));
    write('package-lock.json', lockfile('2.0.0'));
    expect((await bootstrap(['token'])).stderr).toContain('npm packages: done');
  });

  it('leaves alone what `npm install` by hand made, when it is what the lockfile says', async () => {
    command('');
    write('node_modules/.package-lock.json', JSON.stringify({ lockfileVersion: 3, packages: {} }));
    write('node_modules/mine.txt', 'still here');
    expect(await bootstrap(['token'])).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(join(sandbox, 'node_modules/mine.txt'))).toBe(true);
  });

  it('passes on arguments, input and exit code, and puts the found Node first on PATH', async () => {
    command(`
      process.stdin.on('data', (text) => process.stdout.write(JSON.stringify({
        args: process.argv.slice(2), text: String(text), node: process.env.PATH.split(':')[0],
      })));
      process.stdin.on('end', () => process.exit(7));
    `);
    const { code, stdout } = await bootstrap(['token', '--user', 'a b'], { input: 'hello' });
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toEqual({ args: ['--user', 'a b'], text: 'hello', node: dirname(node) });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('hands %s to the command and ends as the command ends', async (signal) => {
    command(`
      process.on('${signal}', () => { console.log('stopping'); process.exit(0); });
      console.log('serving');
      setInterval(() => {}, 1000);
    `);
    const running = start(['token']);
    await running.printed('serving');
    running.kill(signal);
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stdout: 'serving\nstopping\n' });
  });

  it('dies of the signal that killed the command', async () => {
    command(`console.log('serving'); process.kill(process.pid, 'SIGKILL');`);
    expect(await bootstrap(['token'])).toMatchObject({ code: null, signal: 'SIGKILL' });
  });
});

describe('a missing tool', () => {
  it('is named with the place and the remedy, in one line, before anything slow begins', async () => {
    const { code, stdout, stderr } = await bootstrap(['up'], {
      env: { FIRESTORE_EMULATOR_JAR: '/nowhere/emulator.jar' },
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^bootstrap: .*not at FIRESTORE_EMULATOR_JAR=\/nowhere\/emulator\.jar: run `gcloud .*\n$/m);
    expect(existsSync(join(sandbox, 'node_modules'))).toBe(false);
  });

  it('all are told at once', async () => {
    const env = { FIRESTORE_EMULATOR_JAR: '/nowhere', PATH: join(sandbox, 'empty'), JAVA_HOME: '/nowhere' };
    const { code, stderr } = await bootstrap(['bench'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain("Java, which runs Google's Firestore emulator, was not found (JAVA_HOME, PATH)");
    expect(stderr).toContain("Google's Firestore emulator is not at");
  });

  it('a Java that is too old is not taken', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'old-java-'));
    const java = join(folder, 'java');
    writeFileSync(java, `#!/bin/sh\necho 'openjdk version "11.0.2" 2019-01-15' >&2\n`, { mode: 0o755 });
    const { code, stderr } = await bootstrap(['bench'], { env: { PATH: folder, JAVA_HOME: '' } });
    rmSync(folder, { recursive: true });
    expect(code).toBe(2);
    expect(stderr).toContain(`is too old (11.0.2 at ${java})`);
  });

  it('a failed installation shows the end of its log and can be repeated', async () => {
    write('package-lock.json', '{ broken');
    const { code, stderr } = await bootstrap(['token']);
    expect(code).toBe(2);
    expect(stderr).toContain('npm packages: failed');
    expect(stderr).toMatch(/^ {4}npm error/m);
    expect(stderr).toMatch(
      /^bootstrap: `.*ci --ignore-scripts.*` failed \(exit code 1\): see the log above \(all of it: \.tools\/logs\/packages\.log\); /m,
    );

    write('package-lock.json', lockfile('1.0.0'));
    command('console.log("done");');
    expect(await bootstrap(['token'])).toMatchObject({ code: 0, stdout: 'done\n' });
  });
});

describe('two set-ups at once', () => {
  it('the second waits for the first and does nothing itself', async () => {
    command('console.log("done");');
    const both = await Promise.all([bootstrap(['token']), bootstrap(['token'])]);
    expect(both.map(({ code, stdout }) => ({ code, stdout }))).toEqual(Array(2).fill({ code: 0, stdout: 'done\n' }));
    expect(both.filter(({ stderr }) => stderr.includes('npm packages: done'))).toHaveLength(1);
    expect(existsSync(join(sandbox, '.tools/bootstrap.lock'))).toBe(false);
  });

  it('a lock left by a dead process is ignored', async () => {
    command('');
    write('.tools/bootstrap.lock', String(DEAD_PID));
    expect(await bootstrap(['token'])).toMatchObject({ code: 0 });
  });

  it('a lock of a living process is respected until it goes', async () => {
    command('console.log("done");');
    write('.tools/bootstrap.lock', String(process.pid));
    const running = start(['token']);
    await running.printed(`Another set-up is at work (pid ${process.pid})`);
    expect(existsSync(join(sandbox, 'node_modules'))).toBe(false);
    rmSync(join(sandbox, '.tools/bootstrap.lock'));
    expect(await running.ended).toMatchObject({ code: 0, stdout: 'done\n' });
  });
});

describe('found.json', () => {
  it('names absolute paths that exist', async () => {
    command('');
    await bootstrap(['token']);
    const found = JSON.parse(readFileSync(join(sandbox, '.tools/found.json'), 'utf8')) as Record<string, string>;
    expect(Object.keys(found)).toEqual(['node']);
    expect(found['node']).toBe(node);
  });
});

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Makes `npm run token` of the sandbox this program. */
function command(text: string): void {
  write('scripts/token.ts', text);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(sandbox, file)), { recursive: true });
  writeFileSync(join(sandbox, file), text);
}

function lockfile(version: string): string {
  return JSON.stringify({
    name: 'sandbox',
    version,
    lockfileVersion: 3,
    packages: { '': { name: 'sandbox', version } },
  });
}

function modifiedMs(file: string): number {
  return statSync(join(sandbox, file)).mtimeMs;
}

function bootstrap(args: string[], options: { env?: Record<string, string>; input?: string } = {}): Promise<Ended> {
  return start(args, options).ended;
}

/** Starts the sandbox's bootstrap; `printed` resolves when the text has appeared on either stream. */
function start(
  args: string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
): { ended: Promise<Ended>; kill: (signal: NodeJS.Signals) => void; printed: (text: string) => Promise<void> } {
  const child = spawn(node, [join(sandbox, 'scripts/bootstrap.mjs'), ...args], {
    cwd: sandbox,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  child.stdin.end(input);
  started.add(child);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      started.delete(child);
      resolve({ code, signal, ...output });
    });
  });
  const printed = async (text: string): Promise<void> => {
    while (!`${output.stdout}${output.stderr}`.includes(text)) {
      if (child.exitCode !== null) throw new Error(`ended without printing "${text}": ${output.stderr}`);
      await delay(20);
    }
  };
  return { ended, kill: (signal) => child.kill(signal), printed };
}
