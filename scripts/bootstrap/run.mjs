// Child processes of the set-up: short questions ("java -version") and long jobs with a log (npm, go).
// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { logDir, root } from './paths.mjs';

/** A version question that takes longer is as good as no answer. */
const QUESTION_TIMEOUT_MS = 20_000;
const LOG_LINES = 15;

/**
 * All that a command prints (both streams), or undefined when it is missing, fails or hangs.
 * @param {string} command
 * @param {string[]} args
 * @returns {string | undefined}
 */
export function ask(command, args) {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: '1' };
  const answer = spawnSync(command, args, { encoding: 'utf8', timeout: QUESTION_TIMEOUT_MS, env });
  return answer.status === 0 ? `${answer.stdout}${answer.stderr}` : undefined;
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const jobs = new Set();

/** Ends what still runs; for Ctrl-C in the middle of a set-up. */
export function stopJobs() {
  for (const job of jobs) job.kill('SIGTERM');
}

/**
 * Runs a job to its end with its output in `.tools/logs/NAME.log`.
 * Throws SetupFailure with the log's last lines when it cannot be started or fails.
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env?: Record<string, string>, how: string }} options how: the remedy to print when it fails
 * @returns {Promise<void>}
 */
export async function runJob(name, command, args, { cwd, env = {}, how }) {
  mkdirSync(logDir, { recursive: true });
  const logFile = join(logDir, `${name}.log`);
  const log = openSync(logFile, 'w');
  const child = spawn(command, args, { cwd, env: { ...environment(), ...env }, stdio: ['ignore', log, log] });
  jobs.add(child);
  /** @type {string} */
  const end = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? '' : signal ? `ended by ${signal}` : `exit code ${code}`),
    );
  });
  jobs.delete(child);
  closeSync(log);
  if (end === '') return;
  const all = `all of it: ${relative(root, logFile)}`;
  const what = `\`${[command, ...args].join(' ')}\` failed (${end})`;
  throw new SetupFailure(what, `see the log above (${all}); ${how}`, essence(readFileSync(logFile, 'utf8')));
}

/**
 * The part of a log that says what went wrong: from its first error on, or its end.
 * @param {string} log
 */
export function essence(log) {
  const lines = log.trimEnd().split('\n');
  const first = lines.findIndex((line) => /\berror\b|cannot|failed/i.test(line));
  return (first < 0 ? lines.slice(-LOG_LINES) : lines.slice(first, first + LOG_LINES)).join('\n');
}

/**
 * Our environment without what `npm run` adds for its own script: with it, a nested npm would look at the outer package.
 * Settings of the user (npm_config_registry and the like) stay.
 */
function environment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^npm_(package_|lifecycle_|config_(local_prefix|global_prefix|prefix|workspaces?|silent|loglevel)$)/i.test(
          name,
        ),
    ),
  );
}

/**
 * Runs npm with the same npm that started us, where there is one.
 * @param {string} name of the log
 * @param {string[]} args
 * @param {string} cwd
 */
export function runNpm(name, args, cwd) {
  const self = process.env['npm_execpath'];
  const how = 'if the npm registry could not be reached, run the command again when it can';
  const viaNode = self !== undefined && /npm-cli\.[cm]?js$/.test(self);
  return runJob(name, viaNode ? process.execPath : 'npm', viaNode ? [self, ...args] : args, { cwd, how });
}
