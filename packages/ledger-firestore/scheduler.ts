// Everything the engine takes from its surroundings besides the store: time, chance, timers. Injected, so that a
// simulation can drive all of it from one seed.

/** Timers as the host has them. Handles are opaque. */
export interface Timers {
  /** Milliseconds since some fixed moment. What the engine waits by: the clock of the day may be set back or forward. */
  readonly elapsedMs: () => number;
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(handle: unknown): void;
  /** Runs after everything that is ready now, at no cost in time: lets answered callers queue their next command. */
  setImmediate(run: () => void): void;
}

/** The process's own timers. They keep the process alive: a commit in flight must not be cut off by an early exit. */
export const hostTimers: Timers = {
  elapsedMs: () => performance.now(),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
  setImmediate: (run) => void setImmediate(run),
};

/** Resolves `delayMs` later. */
export function sleep(timers: Timers, delayMs: number): Promise<void> {
  return new Promise((resolve) => timers.setTimeout(resolve, delayMs));
}

/** Resolves in the next turn of the event loop. */
export function turn(timers: Timers): Promise<void> {
  return new Promise((resolve) => timers.setImmediate(resolve));
}
