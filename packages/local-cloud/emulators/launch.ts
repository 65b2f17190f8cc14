// What both emulators share: start a process, wait until it answers, stop it; a crash at start shows its log's tail.
import { setTimeout as delay } from 'node:timers/promises';
import { baseEnvironment, startChild } from '../runtime/child.ts';
import type { Child, Exit } from '../runtime/child.ts';
import { freePort, LOOPBACK, portAnswers } from '../runtime/ports.ts';

/** Cold Java on a loaded machine took 10 s; nothing healthy takes this long. */
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const STOP_GRACE_MS = 5_000;
/** A free port can be lost to another process between choosing and binding it. */
const ATTEMPTS = 3;

export interface Emulator {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly pid: number;
  /** SIGTERM, then SIGKILL; resolves when the process has gone and its port is free. Idempotent. */
  stop(): Promise<void>;
}

/** An emulator whose unexpected end its owner wants to know of. */
export interface WatchedEmulator extends Emulator {
  readonly exited: Promise<Exit>;
  tail(lines: number): string;
}

export interface Launch {
  /** For messages: "Firestore emulator". */
  readonly name: string;
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  readonly port: number | undefined;
  readonly logFile: string | undefined;
  /** True once the answer of GET / shows that it is this emulator and ready. */
  readonly isReady: (status: number, body: string) => boolean;
}

/** Starts and waits until ready. Throws with the log's tail when it ends or stays silent. */
export async function launch(o: Launch): Promise<WatchedEmulator> {
  for (let attempt = 1; ; attempt++) {
    const port = o.port ?? (await freePort());
    if (await portAnswers(port, 500)) {
      if (o.port !== undefined) throw new Error(`${o.name}: port ${port} is taken by another process`);
      if (attempt < ATTEMPTS) continue;
    }
    const child = await startChild({
      command: o.command,
      args: o.args(port),
      env: baseEnvironment(),
      ...(o.logFile === undefined ? {} : { logFile: o.logFile }),
    });
    const failure = await waitUntilReady(o, child, port);
    if (failure === undefined) return running(child, port);
    await child.stop(STOP_GRACE_MS);
    if (o.port === undefined && attempt < ATTEMPTS && /address already in use|EADDRINUSE/i.test(child.tail(40)))
      continue;
    throw new Error(`${o.name} ${failure}\n${child.tail(20)}`);
  }
}

function running(child: Child, port: number): WatchedEmulator {
  return {
    host: `${LOOPBACK}:${port}`,
    pid: child.pid,
    exited: child.exited,
    tail: child.tail,
    stop: () => child.stop(STOP_GRACE_MS),
  };
}

/** Undefined when ready, else what went wrong. */
async function waitUntilReady(o: Launch, child: Child, port: number): Promise<string | undefined> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const exit = child.exit();
    if (exit !== undefined) {
      await child.exited;
      return `ended at start (${exit.signal ?? `exit code ${exit.code}`})`;
    }
    const answer = await getRoot(port);
    if (answer !== undefined && o.isReady(answer.status, answer.body) && child.exit() === undefined) return undefined;
    await delay(POLL_MS);
  }
  return `did not become ready within ${READY_TIMEOUT_MS / 1000} s`;
}

async function getRoot(port: number): Promise<{ status: number; body: string } | undefined> {
  try {
    const response = await fetch(`http://${LOOPBACK}:${port}/`, {
      signal: AbortSignal.timeout(2_000),
      headers: { connection: 'close' },
    });
    return { status: response.status, body: await response.text() };
  } catch {
    return undefined;
  }
}
