/** Runs the real Pulumi CLI. It never asks: what is missing is an error. */
import { spawn, type StdioOptions } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { UsageError } from '../lib/script.ts';

export interface PulumiCli {
  /** The binary. */
  readonly pulumi: string;
  readonly cwd: string;
  /** Laid over this process's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** A cancelled operation first rejects what is under way; after this it is ended. */
const CANCEL_GRACE_MS = 20_000;

/** Runs a quick command and returns what it printed. Throws with its own error text. */
export async function pulumiOutput(cli: PulumiCli, args: readonly string[], input = ''): Promise<string> {
  const child = start(cli, args, ['pipe', 'pipe', 'pipe']);
  child.stdin?.end(input);
  const [code, out, error] = await Promise.all([
    ended(child),
    child.stdout ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ]);
  if (code !== 0) throw new Error(`pulumi ${args.slice(0, 2).join(' ')} failed:\n${(error || out).trim()}`);
  return out;
}

/**
 * Runs an operation with its own output: live on a terminal, plain lines in a pipe. Returns its exit code. On abort it is
 * cancelled as by Ctrl-C, so that no lock and no pending operation stays in the state.
 */
export async function pulumiOperation(cli: PulumiCli, args: readonly string[], signal: AbortSignal): Promise<number> {
  // A group of its own: a Ctrl-C of the terminal reaches it once, through us.
  const child = start(cli, args, ['ignore', 'inherit', 'inherit'], true);
  const killAll = () => killGroup(child);
  let timer: NodeJS.Timeout | undefined;
  const cancel = () => {
    child.kill('SIGINT');
    timer = setTimeout(killAll, CANCEL_GRACE_MS);
  };
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel);
  process.once('exit', killAll); // a second Ctrl-C does not wait
  try {
    return await ended(child);
  } finally {
    signal.removeEventListener('abort', cancel);
    process.removeListener('exit', killAll);
    clearTimeout(timer);
  }
}

/** With its language host and the program, which a killed CLI would leave behind. */
function killGroup({ pid }: ReturnType<typeof spawn>): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function start({ pulumi, cwd, env }: PulumiCli, args: readonly string[], stdio: StdioOptions, detached = false) {
  return spawn(pulumi, [...args], { cwd, env: { ...process.env, ...env }, stdio, detached });
}

function ended(child: ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new UsageError(`pulumi cannot be started: ${error.message}`)));
    child.once('close', (code) => resolve(code ?? 1));
  });
}
