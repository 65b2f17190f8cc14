/** What every script shares: one-line errors for people, exit codes, a clean stop on Ctrl-C. */
import { argv } from 'node:process';

/** A wrong call or a missing precondition: one line, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * One Ctrl-C can arrive several times, from the terminal, npm and bootstrap; what comes within this time is the same one,
 * what comes later is somebody who does not want to wait for the clean stop.
 */
const SAME_INTERRUPT_MS = 1_000;

/**
 * Runs `main` when the module is the program (a test that imports it runs nothing) and sets the exit code: what `main`
 * returns; 2 with one line for a UsageError; 1 with the message for any other failure. SIGINT and SIGTERM abort the
 * signal, so that `main` can stop what it started; a second one ends the process at once.
 */
export async function runScript(
  name: string,
  module: ImportMeta,
  main: (args: readonly string[], signal: AbortSignal) => Promise<number>,
): Promise<void> {
  if (!module.main) return;
  const abort = new AbortController();
  let firstMs: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (firstMs !== undefined && performance.now() - firstMs > SAME_INTERRUPT_MS) process.exit(130);
      firstMs ??= performance.now();
      abort.abort();
    });
  }
  try {
    process.exitCode = await main(argv.slice(2), abort.signal);
  } catch (error) {
    const usage = error instanceof Error && (error.name === 'UsageError' || error.name === 'ToolMissing');
    const message = error instanceof Error ? error.message : String(error);
    console.error(`${name}: ${usage ? message.split('\n')[0] : message}`);
    process.exitCode = usage ? 2 : 1;
  }
}
