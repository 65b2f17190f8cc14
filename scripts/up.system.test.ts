// `npm run up` as a whole, on a copy of the repository: the real Pulumi engine, the local cloud, the real services.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { run, start, type Running } from './testing/processes.ts';
import { copyRepository, type RepositoryCopy } from './testing/repository-copy.ts';
import type { StackFile } from './stack/stack-file.ts';

/** Generous: a loaded machine takes several times a quiet one's 20 s. */
const TIMEOUT_MS = 300_000;

let copy: RepositoryCopy;
let started: Running[];

beforeEach(() => {
  copy = copyRepository();
  started = [];
});

afterEach(() => {
  for (const running of started) running.kill();
  copy.remove();
});

const stackFile = () => join(copy.root, '.local', 'stack.json');
const up = (...args: string[]): Running => {
  const running = start(copy.root, 'scripts/up.ts', args);
  started.push(running);
  return running;
};
const command = (name: string, ...args: string[]) => run(copy.root, `scripts/${name}.ts`, args);

describe('up', () => {
  it(
    '--once does the main job, finds nothing to change, takes everything down, and touches no tracked file',
    async () => {
      const before = copy.sources();
      const running = up('--once');
      await running.endedWith(0);
      expect(running.output()).toContain('every hash recomputed, every invariant of the wallet holds');
      expect(running.output()).toMatch(/preview: no change: \d/);
      expect(await running.leftovers()).toEqual([]);
      expect(existsSync(stackFile())).toBe(false);
      expect(copy.sources()).toEqual(before);
    },
    TIMEOUT_MS,
  );

  it(
    'stays until Ctrl-C, serves the other commands, keeps a second one out and the secret to itself',
    async () => {
      const running = up();
      await running.seen('load it');
      const stack = JSON.parse(readFileSync(stackFile(), 'utf8')) as StackFile;
      expect(stack.accounts.map(({ admin }) => admin)).toEqual([true, false, false]);

      const second = await command('up');
      expect(second).toEqual({
        code: 2,
        output: `up: the stack is already up (pid ${running.pid}): stop that one first with Ctrl-C\n`,
      });

      const user = stack.accounts[1];
      const token = (await command('token', '--user', user?.email ?? '')).output.trim();
      const wallet = await fetch(`${stack.services.credits.url}/v1/wallets/me`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(await wallet.json()).toMatchObject({ walletId: user?.walletId, available: 97 });
      expect(await command('token', '--service', 'nobody')).toMatchObject({ code: 2 });
      expect((await command('pulumi', 'preview', '--expect-no-changes', '--non-interactive')).output).toMatch(
        /\d+ unchanged/,
      );

      const secret = environmentOf(stack.services.credits.pid)['ACTOR_PSEUDONYM_KEY'] ?? '';
      expect(secret.length).toBeGreaterThan(32);
      expect(holding(join(copy.root, '.local'), secret)).toEqual([]);
      expect(running.output()).not.toContain(secret);

      process.kill(running.pid, 'SIGINT');
      await running.endedWith(0);
      expect(await running.leftovers()).toEqual([]);
      expect(await command('token', '--admin')).toEqual({
        code: 2,
        output: 'token: no stack is running: start one with `npm run up`\n',
      });
    },
    TIMEOUT_MS,
  );

  it(
    "fails when a service crashes on start, with the resource's name and the log's tail, and leaves nothing running",
    async () => {
      writeFileSync(join(copy.root, 'services', 'narrate', 'main.ts'), "throw new Error('the voices are gone');");
      const running = up('--once');
      await running.endedWith(1);
      expect(running.output()).toMatch(/gcp:cloudrunv2:Service \(narrate-run\):\s+error: .*narrate did not start/);
      expect(running.output()).toContain('Error: the voices are gone');
      expect(await running.leftovers()).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'names every mistake of the settings, one line each, before anything starts',
    async () => {
      const file = join(copy.root, 'Pulumi.local.yaml');
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace('espeak-ng', 'parrot').replace('loadTests: true', 'loadTests: maybe'),
      );
      const { code, output } = await command('up', '--once');
      expect(code).toBe(2);
      expect(output.split('\n').filter((line) => line.startsWith('up: '))).toEqual([
        'up: Pulumi.local.yaml: reelbanana:loadTests must be true or false',
        'up: Pulumi.local.yaml: reelbanana:narrationEngine names no engine: parrot; use espeak-ng',
      ]);
    },
    TIMEOUT_MS,
  );
});

/** The environment that a process was started with. */
function environmentOf(pid: number): Record<string, string> {
  const variables = existsSync('/proc')
    ? readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    : execFileSync('ps', ['eww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).split(' ');
  return Object.fromEntries(
    variables.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** Files under a folder that hold the text: as it is, or as base64 or JSON would carry it. */
function holding(folder: string, text: string): string[] {
  const forms = [text, Buffer.from(text).toString('base64').replaceAll('=', ''), JSON.stringify(text).slice(1, -1)];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .filter((path) => {
      const bytes = readFileSync(path);
      return forms.some((form) => bytes.includes(form));
    });
}
