// Runs one command of `npm test` and collects what it prints.
import { spawn, type ChildProcess } from 'node:child_process';
import { repositoryRoot } from '../lib/tools.ts';

export interface Ended {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  /** Both streams, in the order in which they came. */
  readonly output: string;
  readonly seconds: number;
}

const running = new Set<ChildProcess>();

/** Ends what still runs; for Ctrl-C. */
export function stopCommands(): void {
  for (const child of running) child.kill('SIGTERM');
}

/**
 * Runs Node with these arguments in the repository's root and resolves at its end, whatever its exit code.
 * @param onOutput gets the output while it comes
 * @param onStart gets the process, for who wants to watch it
 */
export function runNode(
  args: readonly string[],
  options: {
    env?: Record<string, string>;
    onOutput?: (text: string) => void;
    onStart?: (child: ChildProcess) => void;
  } = {},
): Promise<Ended> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: repositoryRoot,
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  options.onStart?.(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output += text;
      options.onOutput?.(text);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      resolve({ code, output, seconds: (performance.now() - startedMs) / 1000 });
    });
  });
}
