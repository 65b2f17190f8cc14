// Loads against one operation, and the statistics of what they saw.

/** Every latency of a load, in milliseconds, in no order, and how long it took. */
export interface Load {
  readonly latenciesMs: readonly number[];
  readonly seconds: number;
}

export interface Window {
  /** Operations a second. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU of this process an operation, in milliseconds. */
  readonly cpuMs: number;
}

export interface LoopOptions {
  readonly leadInSeconds?: number;
  /** Called when the lead-in is over. */
  readonly onStart?: () => void;
  /** Milliseconds. */
  readonly now?: () => number;
}

/**
 * Keeps `callers` calls of `operation` in flight for `seconds`, each caller starting its next when its last has ended.
 * What was sent in the first `leadInSeconds` beside them is not counted: caches, queues and gaps find their size in it.
 * Throws what the operation throws: a benchmark of failures is worth nothing.
 */
export async function closedLoop(
  callers: number,
  seconds: number,
  operation: () => Promise<unknown>,
  signal: AbortSignal,
  { leadInSeconds = 0, onStart, now = () => performance.now() }: LoopOptions = {},
): Promise<Load> {
  const latenciesMs: number[] = [];
  const start = now() + leadInSeconds * 1_000;
  const end = start + seconds * 1_000;
  let counting = false;
  const caller = async () => {
    for (let sent = now(); sent < end; sent = now()) {
      signal.throwIfAborted();
      if (!counting && sent >= start) {
        counting = true;
        onStart?.();
      }
      await operation();
      if (sent >= start) latenciesMs.push(now() - sent);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return { latenciesMs, seconds: (now() - start) / 1_000 };
}

/** A closed loop as a window, with the CPU that this process spent on it; `each` is the entries that an operation writes. */
export async function closedWindow(
  callers: number,
  seconds: number,
  operation: () => Promise<unknown>,
  signal: AbortSignal,
  each = 1,
): Promise<Window> {
  const before = process.cpuUsage();
  const load = await closedLoop(callers, seconds, operation, signal);
  return windowOf(load, process.cpuUsage(before), each);
}

/**
 * Begins `perSecond` calls of `operation` a second for `seconds`, however long they take, and waits for all of them. A
 * latency counts from when the call was due, so a load that was held up itself hides nothing.
 */
export async function openLoop(
  perSecond: number,
  seconds: number,
  operation: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<Load> {
  const latenciesMs: number[] = [];
  const calls: Promise<void>[] = [];
  const start = performance.now();
  const call = async (dueAt: number) => {
    await operation();
    latenciesMs.push(performance.now() - dueAt);
  };
  for (let count = 0; count < perSecond * seconds; count++) {
    const dueAt = start + (count / perSecond) * 1_000;
    const early = dueAt - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    signal.throwIfAborted();
    calls.push(call(dueAt));
  }
  await Promise.all(calls);
  return { latenciesMs, seconds: (performance.now() - start) / 1_000 };
}

/** A load as a window; `cpu` is what it took of this process, `each` the entries that one operation writes. */
export function windowOf({ latenciesMs, seconds }: Load, cpu: NodeJS.CpuUsage, each = 1): Window {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  return {
    perSecond: (sorted.length / seconds) * each,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    cpuMs: (cpu.user + cpu.system) / 1_000 / sorted.length / each,
  };
}

/** The value below which a share of the samples lies, in any order. */
export function quantileOf(samples: readonly number[], share: number): number {
  return quantile(
    [...samples].sort((a, b) => a - b),
    share,
  );
}

/** The value below which a share of the sorted samples lies. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The middle of the samples; the mean of the two middle ones where their number is even. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((lower ?? Number.NaN) + (upper ?? Number.NaN)) / 2;
}

/** Round by round, `pick` of one run over `pick` of another. NaN where the other has no such round. */
export function ratios<T>(of: readonly T[], to: readonly T[], pick: (round: T) => number): number[] {
  return of.map((round, index) => pick(round) / (index < to.length ? pick(to[index]!) : Number.NaN));
}
