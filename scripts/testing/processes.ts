/** Runs a command of the repository as a test needs it: its output, its whole family of processes, and what it leaves. */
import { execFileSync, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 250;
/** Who watches over the others notices their end a moment later, and ends then. */
const SETTLE_MS = 10_000;

export interface Running {
  readonly pid: number;
  /** stdout and stderr so far. */
  output(): string;
  /** Waits for text in the output. Throws with the output when the command ends before. */
  seen(text: string): Promise<void>;
  readonly exited: Promise<number | null>;
  /** Waits for the end. Throws with the output when the exit code is another one. */
  endedWith(code: number): Promise<void>;
  /** After the end: it and its descendants that stay alive, and ports of its output that still answer. */
  leftovers(): Promise<readonly string[]>;
  /** Ends it and its descendants at once, whatever they do. */
  kill(): void;
}

/** Starts `node FILE ARGS` in a folder. */
export function start(cwd: string, file: string, args: readonly string[] = []): Running {
  const child = spawn(process.execPath, [file, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`cannot start ${file}`);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const family = new Map<number, string>();
  const watching = setInterval(() => remember(pid, family), LOOK_MS);
  let ended = false;
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      ended = true;
      clearInterval(watching);
      resolve(code);
    });
  });
  return {
    pid,
    output: () => output,
    exited,
    async seen(text) {
      while (!output.includes(text)) {
        if (ended) throw new Error(`ended before it said "${text}":\n${output}`);
        await delay(LOOK_MS);
      }
    },
    async endedWith(code) {
      const actual = await exited;
      if (actual !== code) throw new Error(`ended with ${actual}, not ${code}:\n${output}`);
    },
    async leftovers() {
      const deadlineMs = performance.now() + SETTLE_MS;
      while (alive(family).length > 0 && performance.now() < deadlineMs) await delay(LOOK_MS);
      const ports = new Set([...output.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port)));
      const open = await Promise.all([...ports].map(async (port) => ((await answers(port)) ? [`port ${port}`] : [])));
      return [...alive(family).map(({ pid, command }) => `pid ${pid}: ${command}`), ...open.flat()];
    },
    kill() {
      for (const one of alive(family)) process.kill(one.pid, 'SIGKILL');
    },
  };
}

/** Runs it to its end. */
export async function run(
  cwd: string,
  file: string,
  args: readonly string[] = [],
): Promise<{ code: number | null; output: string }> {
  const running = start(cwd, file, args);
  return { code: await running.exited, output: running.output() };
}

interface Listed {
  readonly pid: number;
  readonly ppid: number;
  /** Tells a process from a later one with the same pid. */
  readonly started: string;
  readonly command: string;
}

function list(): readonly Listed[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,lstart=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line))
    .flatMap((match) => {
      const [, pid, ppid, started = '', command = ''] = match ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), ppid: Number(ppid), started, command }];
    });
}

/** Those of the family that live. */
function alive(family: ReadonlyMap<number, string>): readonly Listed[] {
  return list().filter(({ pid, started }) => family.get(pid) === started);
}

/** Adds all descendants: once seen, they stay known even when their parents have gone. */
function remember(root: number, family: Map<number, string>): void {
  const all = list();
  const members = new Set([root, ...family.keys()]);
  for (let size = 0; size !== members.size;) {
    size = members.size;
    for (const { pid, ppid } of all) if (members.has(ppid)) members.add(pid);
  }
  for (const { pid, started } of all) if (members.has(pid) && !family.has(pid)) family.set(pid, started);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
