/** So many at once, the others wait their turn, first come first served. */

export type Limiter = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

/** Waiting ends with the signal's reason when it is aborted. */
export function createLimiter(atOnceMax: number): Limiter {
  let running = 0;
  const waiting = new Set<() => void>();

  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        waiting.delete(go);
        reject(signal.reason as Error);
      };
      waiting.add(go);
      signal.addEventListener('abort', leave, { once: true });
    });

  return async (signal, work) => {
    signal.throwIfAborted();
    if (running < atOnceMax) running += 1;
    else await turn(signal); // whoever ends hands their place over
    try {
      return await work();
    } finally {
      const [next] = waiting;
      if (next === undefined) running -= 1;
      else {
        waiting.delete(next);
        next();
      }
    }
  };
}
