// Startup and liveness probes, as Cloud Run's: TCP connect or HTTP GET on the workload's port.
import { setTimeout as delay } from 'node:timers/promises';
import { LOOPBACK, portAnswers } from '../ports.ts';
import type { Probe } from '../types.ts';

/** Cloud Run's default: a TCP connect, tried for 240 s. */
export const DEFAULT_STARTUP_PROBE: Probe = {
  tcp: true,
  initialDelayMs: 0,
  periodMs: 240_000,
  timeoutMs: 240_000,
  failureThreshold: 1,
};

/** Asking more often than declared changes no outcome, only how soon a healthy workload is seen. */
const STARTUP_POLL_MS = 50;

/** Why the last probe failed, in words for a person; undefined when it passed. */
export async function probeOnce(probe: Probe, port: number): Promise<string | undefined> {
  if (probe.path === undefined) {
    return (await portAnswers(port, probe.timeoutMs)) ? undefined : `nothing listens on PORT=${port}`;
  }
  try {
    const response = await fetch(`http://${LOOPBACK}:${port}${probe.path}`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(probe.timeoutMs),
      headers: { 'user-agent': 'GoogleHC/1.0', connection: 'close' },
    });
    await response.body?.cancel();
    return response.status >= 200 && response.status < 400
      ? undefined
      : `GET ${probe.path} answered ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `GET ${probe.path} failed: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/**
 * Tries for as long as the probe allows: initial delay plus period times threshold. Undefined when healthy, or when
 * there is no more reason to try; else why not. `onWait` hears of every full second.
 */
export async function awaitStartup(
  probe: Probe,
  port: number,
  o: { ended: () => boolean; onWait: (seconds: number) => void },
): Promise<string | undefined> {
  const startAt = performance.now() + probe.initialDelayMs;
  while (performance.now() < startAt && !o.ended()) await delay(STARTUP_POLL_MS);
  const deadline = performance.now() + probe.periodMs * probe.failureThreshold;
  const each = { ...probe, timeoutMs: Math.min(probe.timeoutMs, 1_000) };
  const since = performance.now();
  for (let seconds = 1; ;) {
    if (o.ended()) return undefined;
    if (performance.now() - since >= seconds * 1000) o.onWait(seconds++);
    const failure = await probeOnce(each, port);
    if (failure === undefined) return undefined;
    if (performance.now() >= deadline) return `its startup probe did not pass: ${failure}`;
    await delay(STARTUP_POLL_MS);
  }
}

/** Watches until stopped; calls back once, after as many failures in a row as the probe allows. */
export function watchLiveness(probe: Probe, port: number, onDead: (reason: string) => void): { stop(): void } {
  const ending = new AbortController();
  const watch = async () => {
    await delay(probe.initialDelayMs, undefined, { signal: ending.signal });
    for (let failures = 0; !ending.signal.aborted;) {
      const failure = await probeOnce(probe, port);
      failures = failure === undefined ? 0 : failures + 1;
      if (failures >= probe.failureThreshold && !ending.signal.aborted)
        return onDead(`its liveness probe failed: ${failure}`);
      await delay(probe.periodMs, undefined, { signal: ending.signal });
    }
  };
  watch().catch(() => undefined); // the delay rejects when stopped
  return { stop: () => ending.abort() };
}
