/** A running local stack for system tests: `npm run up` as a person starts it, and its commands as a person types them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { repositoryRoot } from '../../scripts/lib/tools.ts';
import type { StackFile } from '../../scripts/stack/stack-file.ts';

const stackFile = join(repositoryRoot, '.local', 'stack.json');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of package.json's commands to its end. */
export async function npmRun(script: string, ...args: readonly string[]): Promise<Finished> {
  const child = start(script, args);
  return finished(child);
}

function start(script: string, args: readonly string[]): ChildProcess {
  // What package.json's scripts run, without npm in between: it would sit between us and the signals.
  return spawn(process.execPath, [join(repositoryRoot, 'scripts', 'bootstrap.mjs'), script, ...args], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A test runner's own flags and colours must not reach what it tests.
    env: { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0' },
  });
}

async function finished(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

export interface RunningStack {
  /** `.local/stack.json` as it is now: pids change when an instance is restarted. */
  read(): Promise<StackFile>;
  /** Ctrl-C, and everything that `up` printed. */
  stop(): Promise<Finished>;
}

/** `npm run up`, ready when it has printed its table and written stack.json. Throws with its output when it ends first. */
export async function startStack(): Promise<RunningStack> {
  const child = start('up', []);
  const end = finished(child);
  let ended: Finished | undefined;
  void end.then((result) => (ended = result));
  while (!existsSync(stackFile)) {
    if (ended !== undefined) throw new Error(`up ended with ${ended.code}:\n${ended.stdout}\n${ended.stderr}`);
    await delay(100);
  }
  return {
    read: async () => JSON.parse(await readFile(stackFile, 'utf8')) as StackFile,
    stop: () => {
      child.kill('SIGINT');
      return end;
    },
  };
}
