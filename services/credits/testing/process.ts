/** The credits service as a process of its own: main.ts with an environment like the one that the local cloud gives it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServiceProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything it has logged so far, line by line. */
  readonly lines: readonly string[];
  /** Resolves with the exit code once it has ended by itself. */
  readonly exited: Promise<number | null>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves once it has gone. */
  kill(): Promise<void>;
}

const main = new URL('../main.ts', import.meta.url).pathname;

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts it, or another `entry`; nothing of this process' environment but PATH is passed on. */
export function startProcess(port: number, env: Readonly<Record<string, string>>, entry = main): ServiceProcess {
  const child: ChildProcess = spawn(process.execPath, [entry], {
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) =>
      lines.push(
        ...chunk
          .toString()
          .split('\n')
          .filter((line) => line !== ''),
      ),
    );
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    lines,
    exited,
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Resolves once /readyz says 200; rejects with its log if the process ends first. */
export async function ready(service: ServiceProcess): Promise<void> {
  let ended = false;
  void service.exited.then(() => (ended = true));
  for (;;) {
    const response = await fetch(`${service.url}/readyz`).catch(() => undefined);
    if (response?.status === 200) return;
    if (ended) throw new Error(`it ended before it was ready:\n${service.lines.join('\n')}`);
    await sleep(50);
  }
}
