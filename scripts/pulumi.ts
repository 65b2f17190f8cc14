/**
 * `npm run pulumi -- preview|up|refresh|destroy|...`: the real Pulumi CLI on the running stack, with its own flags, output
 * and exit code. Exit 2 with one line when no stack is running.
 */
import { spawn } from 'node:child_process';
import { UsageError, runScript } from './lib/script.ts';
import { requireSession } from './stack/session.ts';

async function pulumi(args: readonly string[]): Promise<number> {
  if (args.length === 0) throw new UsageError('say what to run, for example `npm run pulumi -- preview`');
  const { pid, pulumi: cli } = await requireSession();
  if (!cli) throw new UsageError(`the stack is not ready yet: \`npm run up\` (pid ${pid}) is still at work`);
  // In our own process group, so that a Ctrl-C of the terminal reaches the CLI as if we were not there.
  const child = spawn(cli.pulumi, [...args], { cwd: cli.cwd, env: { ...process.env, ...cli.env }, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

await runScript('pulumi', import.meta, pulumi);
