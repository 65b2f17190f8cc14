/**
 * `npm run up`: the whole stack on this machine. Starts the local cloud, runs the real Pulumi engine on the program, seeds
 * accounts, does the main job once, then stays until Ctrl-C. With --once: also a preview that must show no change, then
 * destroy, and ends. Exit 0; 1 with the reason, and everything stopped; 2 for a wrong call or while another one lives.
 */
import colors from 'picocolors';
import { ConfigError } from '../infra/config.ts';
import { runScript } from './lib/script.ts';
import { readFlags } from './stack/flags.ts';
import { Interrupted, Phases } from './stack/phases.ts';
import { RunningStack } from './stack/running-stack.ts';
import { showStatus } from './stack/status.ts';

/** What a shell reports for a program that SIGINT ended. */
const EXIT_INTERRUPTED = 130;

async function up(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { once } = readFlags(args);
  const phases = new Phases(signal);
  const stack = await RunningStack.claim(phases, signal);
  let shown = false;
  try {
    await stack.start();
    await stack.deploy();
    await stack.seed();
    await stack.doMainJob();
    if (once) {
      await stack.expectNoChanges();
      await stack.destroy();
    } else {
      console.log(stack.summary());
      shown = true;
      await stack.whileAlive((until) => showStatus(() => stack.health(), until));
    }
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return EXIT_INTERRUPTED;
    if (!(error instanceof ConfigError)) throw error;
    for (const mistake of error.mistakes) console.error(`up: Pulumi.local.yaml: ${mistake}`);
    return 2;
  } finally {
    await stack.stop();
    if (!shown) console.log(phases.table());
    console.log(colors.dim('stopped: no process and no port is left'));
  }
}

await runScript('up', import.meta, up);
