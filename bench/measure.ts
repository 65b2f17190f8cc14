// A closed loop of callers against one operation, and the statistics of several rounds.

export interface Window {
  /** Operations a second. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU of this process an operation, in milliseconds. */
  readonly cpuMs: number;
  readonly operations: number;
}

/**
 * Keeps `callers` calls of `operation` in flight for `seconds`, each caller starting its next when its last has ended.
 * Throws what the operation throws: a benchmark of failures is worth nothing.
 */
export async function closedLoop(
  callers: number,
  seconds: number,
  operation: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<Window> {
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1_000;
  const cpuBefore = process.cpuUsage();
  const caller = async () => {
    while (performance.now() < end) {
      signal.throwIfAborted();
      const sent = performance.now();
      await operation();
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const elapsed = performance.now() - start;
  const cpu = process.cpuUsage(cpuBefore);
  latencies.sort((a, b) => a - b);
  return {
    perSecond: (latencies.length / elapsed) * 1_000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    cpuMs: (cpu.user + cpu.system) / 1_000 / latencies.length,
    operations: latencies.length,
  };
}

/** The value below which a share of the sorted samples lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle of the samples; the mean of the two middle ones where their number is even. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((lower ?? Number.NaN) + (upper ?? Number.NaN)) / 2;
}
