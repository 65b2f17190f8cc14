// One child process in its own process group: its output as lines, the tail of them, a stop that is awaited.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { guard, unguard } from './guardian.ts';

/** Enough to show why a start failed; a long-lived child keeps no more than this in memory. */
const TAIL_LINES = 40;
/** The last output of a process that has ended arrives within this. */
const PIPES_GRACE_MS = 1_000;
/** A "line" without an end would otherwise grow for ever. */
const LINE_CHARS_MAX = 64 * 1024;

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** stdout and stderr are appended here; its folder is made. */
  readonly logFile?: string;
  readonly onLine?: (line: string) => void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  /** Resolves once, when the process has ended and its output has been read. */
  readonly exited: Promise<Exit>;
  /** Undefined while it runs. */
  exit(): Exit | undefined;
  /** The last lines of output, newest last. */
  tail(lines: number): string;
  /** SIGTERM to the group, SIGKILL after the grace; resolves when it has ended. Idempotent. */
  stop(graceMs: number): Promise<void>;
}

/** The parts of our own environment that a program needs to run at all; nothing else is handed down. */
export function baseEnvironment(): Record<string, string> {
  const base: Record<string, string> = {};
  for (const name of ['PATH', 'HOME', 'TMPDIR', 'LANG']) {
    const value = process.env[name];
    if (value !== undefined) base[name] = value;
  }
  return base;
}

/** Starts a process. Rejects when it cannot be spawned at all (no such program, no such folder). */
export async function startChild(o: ChildOptions): Promise<Child> {
  const proc = spawn(o.command, o.args, {
    cwd: o.cwd,
    env: { ...o.env },
    detached: true, // its own process group, so that stop() reaches its children too
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = captureOutput(proc, o);
  const pid = proc.pid;
  if (pid === undefined) {
    const reason = await new Promise<Error>((resolve) => proc.once('error', resolve));
    output.end();
    throw new Error(`cannot start ${o.command}: ${reason.message}`);
  }
  guard(pid);
  let exit: Exit | undefined;
  let letGo: NodeJS.Timeout | undefined;
  const exited = new Promise<Exit>((resolve) => {
    proc.once('exit', (code, signal) => {
      exit = { code, signal };
      // A grandchild may still hold the pipes: it goes with its parent.
      signalGroup(pid, 'SIGKILL');
      unguard(pid);
      // One that has left the group may hold them for ever.
      letGo = setTimeout(() => {
        proc.stdout.destroy();
        proc.stderr.destroy();
      }, PIPES_GRACE_MS);
    });
    proc.once('close', (code, signal) => {
      clearTimeout(letGo);
      output.end();
      resolve({ code, signal });
    });
  });
  return {
    pid,
    exited,
    exit: () => exit,
    tail: output.tail,
    stop: async (graceMs) => {
      if (exit === undefined) {
        signalGroup(pid, 'SIGTERM');
        const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
        await exited;
        clearTimeout(timer);
      }
      await exited;
    },
  };
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // ESRCH: all of it has ended already, which is what we want.
  }
}

function captureOutput(proc: ChildProcess, o: ChildOptions): { tail(lines: number): string; end(): void } {
  const kept: string[] = [];
  if (o.logFile !== undefined) mkdirSync(dirname(o.logFile), { recursive: true });
  const file = o.logFile === undefined ? undefined : createWriteStream(o.logFile, { flags: 'a' });
  file?.on('error', () => undefined); // a full disk must not stop the process whose log it is
  const emit = (line: string) => {
    kept.push(line);
    if (kept.length > TAIL_LINES) kept.shift();
    o.onLine?.(line);
  };
  const flushes: (() => void)[] = [];
  for (const stream of [proc.stdout, proc.stderr]) {
    if (stream === null) continue;
    const decoder = new StringDecoder('utf8');
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      file?.write(chunk);
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) emit(line);
      if (rest.length > LINE_CHARS_MAX) {
        emit(rest);
        rest = '';
      }
    });
    flushes.push(() => {
      rest += decoder.end();
      if (rest !== '') emit(rest);
      rest = '';
    });
  }
  return {
    tail: (lines) => kept.slice(-lines).join('\n'),
    end: () => {
      for (const flush of flushes) flush();
      file?.end();
    },
  };
}
