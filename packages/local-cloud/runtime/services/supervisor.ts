// Keeps one instance of a revision alive: restarts it when it ends, at once at first, then with a growing pause.
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from './instance.ts';

const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5_000;
/** Healthy for so long: the next crash is a new story. */
const SETTLED_MS = 10_000;
/** How long requests under way may still be read before an instance that is replaced gets its SIGTERM. */
const SWITCH_DRAIN_MS = 1_000;

/** Starts one instance; rejects when it does not become healthy. */
export type Starter = (signal: AbortSignal) => Promise<Instance>;

export interface Supervisor {
  /** The healthy instance; undefined between a crash and the restart. */
  current(): Instance | undefined;
  /** Of the instance that runs or ran last. */
  pid(): number;
  /** The next healthy instance, or undefined when the time is over or the revision was stopped. */
  whenHealthy(timeoutMs: number): Promise<Instance | undefined>;
  /** For a revision that no longer gets requests: lets them be read, then stops. */
  retire(): Promise<void>;
  /** Stops for good; resolves when no process is left. Idempotent. */
  stop(): Promise<void>;
}

/** Resolves when the first instance is healthy; rejects as the starter does, with nothing left running. */
export async function supervise(
  start: Starter,
  onEvent: (line: string) => void,
  signal: AbortSignal,
): Promise<Supervisor> {
  const ending = new AbortController();
  const cancel = () => ending.abort(signal.reason);
  signal.addEventListener('abort', cancel);
  let current: Instance | undefined;
  const waiting = new Set<(instance: Instance | undefined) => void>();
  const settle = (instance: Instance | undefined) => {
    for (const resolve of waiting) resolve(instance);
    waiting.clear();
  };
  const first = await start(ending.signal).catch((error: unknown) => {
    signal.removeEventListener('abort', cancel);
    throw error;
  });
  let last = first;
  current = first;

  const run = async () => {
    let backoffMs = 0;
    for (let instance = first; ;) {
      const healthySince = performance.now();
      const exit = await instance.exited;
      current = undefined;
      if (ending.signal.aborted) return;
      onEvent(`instance ${instance.pid} ended (${exit.signal ?? `exit code ${exit.code}`}); restarting`);
      if (performance.now() - healthySince >= SETTLED_MS) backoffMs = 0;
      for (;;) {
        if (backoffMs > 0) await delay(backoffMs, undefined, { signal: ending.signal });
        backoffMs = nextBackoff(backoffMs);
        try {
          instance = await start(ending.signal);
          break;
        } catch (error) {
          if (ending.signal.aborted) return;
          onEvent(`restart failed: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      last = instance;
      current = instance;
      onEvent(`instance ${instance.pid} is healthy`);
      settle(instance);
    }
  };
  const done = run()
    .catch((error: unknown) => {
      if (!ending.signal.aborted) throw error;
    })
    .finally(() => settle(undefined));

  const stop = async () => {
    signal.removeEventListener('abort', cancel);
    ending.abort();
    await last.stop();
    await done;
    await last.stop(); // one that became healthy in the very moment of stopping
  };
  // A process may have ended before its output has been read to the end, which is when the loop above hears of it.
  const living = () => (current?.hasExited() === false ? current : undefined);
  return {
    current: living,
    pid: () => last.pid,
    whenHealthy: (timeoutMs) => {
      const now = living();
      if (now !== undefined) return Promise.resolve(now);
      if (ending.signal.aborted) return Promise.resolve(undefined);
      return new Promise((resolve) => {
        const timer = setTimeout(() => answer(undefined), timeoutMs);
        const answer = (instance: Instance | undefined) => {
          clearTimeout(timer);
          waiting.delete(answer);
          resolve(instance);
        };
        waiting.add(answer);
      });
    },
    retire: async () => {
      const deadline = performance.now() + SWITCH_DRAIN_MS;
      // An idle keep-alive connection may have a request on its way that the process has not read yet.
      while (last.inFlight > 0 && performance.now() < deadline) await delay(20);
      await stop();
    },
    stop,
  };
}

/** 0, 100, 200, 400 ... 5000 ms. */
export function nextBackoff(backoffMs: number): number {
  return backoffMs === 0 ? BACKOFF_FIRST_MS : Math.min(backoffMs * 2, BACKOFF_MAX_MS);
}
