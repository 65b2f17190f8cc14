/** Runs one scenario with the real k6 and gives back its summary and its exit code. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface K6Run {
  readonly k6: string;
  readonly scenario: string;
  /** Folder of the run: k6 writes its summary there. */
  readonly dir: string;
  /** What the scenario reads by `__ENV` (loadtests/lib/run.ts). */
  readonly env: Readonly<Record<string, string>>;
  /** Show k6's own progress (a terminal) or only its warnings. */
  readonly progress: boolean;
  readonly signal: AbortSignal;
}

export interface K6Result {
  /** 0: every threshold passed. 99: one failed. Anything else: k6 itself failed. */
  readonly exitCode: number;
  /** Null when k6 ended before it wrote one. */
  readonly summary: unknown;
}

/** Starts k6, waits for its end. Aborting the signal stops it cleanly (it still writes a summary). */
export async function runK6(run: K6Run): Promise<K6Result> {
  const summaryFile = join(run.dir, 'summary.json');
  const script = join(import.meta.dirname, 'scenarios', `${run.scenario}.ts`);
  const quiet = run.progress ? [] : ['--quiet'];
  const child = spawn(run.k6, ['run', '--no-usage-report', ...quiet, script], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      HOME: run.dir,
      // The collector runs less often: on two cores its pauses are the tail of the latencies.
      GOGC: '400',
      K6_AUTO_EXTENSION_RESOLUTION: 'false',
      SUMMARY_FILE: summaryFile,
      ...run.env,
    },
  });
  const stop = (): void => void child.kill('SIGINT');
  run.signal.addEventListener('abort', stop, { once: true });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  run.signal.removeEventListener('abort', stop);
  return { exitCode, summary: await readSummary(summaryFile) };
}

async function readSummary(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    return null;
  }
}
