// The way in for every command: `node scripts/bootstrap.mjs COMMAND [ARGUMENTS]`, which is what `npm run COMMAND` calls.
// Finds or gets the tools that the command needs, then runs it with a Node that understands TypeScript. Plain JavaScript
// without dependencies, for Node >= 18, because it runs before anything is installed. Silent when nothing is to be done.
// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { commands } from './bootstrap/commands.mjs';
import { ensure, SetupFailures } from './bootstrap/ensure.mjs';
import { root } from './bootstrap/paths.mjs';
import { stopJobs } from './bootstrap/run.mjs';

const EXIT_USAGE = 2;
/** @type {NodeJS.Signals[]} */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;

if (name === '' || name === '--help') {
  const list = Object.entries(commands).map(([key, { does }]) => `  ${key.padEnd(8)} ${does}`);
  console.log(
    `usage: node scripts/bootstrap.mjs COMMAND [ARGUMENTS]   (or: npm run COMMAND -- ARGUMENTS)\n${list.join('\n')}`,
  );
} else if (command === undefined) {
  const kind = name.startsWith('-') ? 'flag' : 'command';
  console.error(`bootstrap: unknown ${kind} "${name}"; commands are ${Object.keys(commands).join(', ')}`);
  process.exitCode = EXIT_USAGE;
} else {
  const tools = await setUp(['node', 'packages', ...command.needs(args)]);
  const node = tools?.['node'];
  if (node !== undefined && command.run.length > 0) {
    runCommand(node.path, [...command.run, ...(args.length > 0 ? args : (command.defaults ?? []))]);
  }
}

/**
 * The tools, or undefined after saying what is wrong.
 * @param {string[]} ids
 */
async function setUp(ids) {
  const stop = () => {
    stopJobs();
    process.exit(128 + constants.signals.SIGINT);
  };
  for (const signal of FORWARDED) process.on(signal, stop);
  try {
    return await ensure(ids);
  } catch (error) {
    if (!(error instanceof SetupFailures)) throw error;
    for (const { message, details } of error.failures) {
      if (details !== '') console.error(details.replace(/^/gm, '    '));
      console.error(`bootstrap: ${message}`);
    }
    process.exitCode = EXIT_USAGE;
    return undefined;
  } finally {
    for (const signal of FORWARDED) process.removeListener(signal, stop);
  }
}

/**
 * Becomes the command as far as its caller can tell: its input and output, signals, exit code.
 * @param {string} node
 * @param {string[]} nodeArgs
 */
function runCommand(node, nodeArgs) {
  const [file = '', ...rest] = nodeArgs;
  const PATH = [dirname(node), process.env['PATH']].join(delimiter);
  const child = spawn(node, [join(root, file), ...rest], {
    stdio: 'inherit',
    cwd: root,
    env: { ...process.env, PATH },
  });
  // A terminal sends Ctrl-C to the command as well; scripts/lib/script.ts takes the two for one.
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    console.error(`bootstrap: ${node} cannot be started: ${error.message}`);
    process.exitCode = EXIT_USAGE;
  });
  child.once('exit', (code, signal) => {
    for (const forwarded of FORWARDED) process.removeAllListeners(forwarded);
    if (signal === null) process.exitCode = code ?? 1;
    // Die of the same signal, so that shells and make see what happened.
    else process.kill(process.pid, signal);
  });
}
