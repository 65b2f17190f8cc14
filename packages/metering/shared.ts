/**
 * Equal requests that run at the same time in this process become one: the later ones join the first. A run is aborted
 * when the last of its callers has gone away, and from then on nobody joins it any more.
 */

interface Run<T> {
  readonly digest: string;
  readonly result: Promise<T>;
  /** Adds a caller; the run lives as long as one of them is there. */
  join(signal: AbortSignal): void;
  abort(reason: Error): void;
}

export interface Shared<T> {
  /**
   * Joins the run under `key`, or starts one. `digest` says what is asked: another one under the same key is refused with
   * the error that `onOther` makes.
   */
  run(
    asked: { readonly key: string; readonly digest: string; readonly signal: AbortSignal },
    how: { start(signal: AbortSignal): Promise<T>; onOther(): Error },
  ): Promise<{ readonly value: T; readonly joined: boolean }>;
  /** Aborts every run and waits for its end. */
  drain(reason: Error): Promise<void>;
}

export function createShared<T>(): Shared<T> {
  const runs = new Map<string, Run<T>>();
  const alive = new Set<Run<T>>(); // also those that nobody may join any more

  function start(key: string, digest: string, begin: (signal: AbortSignal) => Promise<T>): Run<T> {
    const abort = new AbortController();
    let callers = 0;
    const forget = () => {
      if (runs.get(key) === run) runs.delete(key);
    };
    const run: Run<T> = {
      digest,
      result: begin(abort.signal).finally(() => {
        forget();
        alive.delete(run);
      }),
      join: (signal) => {
        callers += 1;
        const leave = () => {
          callers -= 1;
          if (callers === 0) run.abort(signal.reason as Error);
        };
        if (signal.aborted) leave();
        else signal.addEventListener('abort', leave, { once: true });
      },
      abort: (reason) => {
        forget();
        abort.abort(reason);
      },
    };
    runs.set(key, run);
    alive.add(run);
    return run;
  }

  return {
    run: async ({ key, digest, signal }, { start: begin, onOther }) => {
      const running = runs.get(key);
      if (running && running.digest !== digest) throw onOther();
      const run = running ?? start(key, digest, begin);
      run.join(signal);
      return { value: await run.result, joined: running !== undefined };
    },
    drain: async (reason) => {
      const ending = [...alive];
      for (const run of ending) run.abort(reason);
      await Promise.allSettled(ending.map(({ result }) => result));
    },
  };
}
