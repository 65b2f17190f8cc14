// Makes sure that tools are there: a quick look first, and only if something is missing a locked, parallel set-up.
// @ts-check
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { withLock } from './lock.mjs';
import { toolsDir } from './paths.mjs';
import { createProgress } from './progress.mjs';
import { readState, writeState } from './state.mjs';
import { tools } from './tools.mjs';

/** Several things went wrong, or one: each printed on its own line. */
export class SetupFailures extends Error {
  /** @param {SetupFailure[]} failures */
  constructor(failures) {
    super(failures.map((failure) => failure.message).join('\n'));
    this.name = 'SetupFailures';
    this.failures = failures;
  }
}

/**
 * Finds or makes the tools of these ids and returns them by id.
 * Throws SetupFailures; what can be known to fail is known before anything slow begins.
 * @param {readonly string[]} ids
 * @returns {Promise<Record<string, import('./state.mjs').Found>>}
 */
export async function ensure(ids) {
  const wanted = tools.filter((tool) => ids.includes(tool.id));
  const before = readState();
  const found = look(wanted, before);
  if (wanted.every((tool) => found[tool.id] !== undefined)) {
    writeState(before, { ...before, ...found });
    return found;
  }
  const progress = createProgress(process.stderr);
  return withLock(
    join(toolsDir, 'bootstrap.lock'),
    (pid) => progress.note(`Another set-up is at work (pid ${pid}): waiting for it`),
    () => makeMissing(wanted, progress),
  );
}

/**
 * @param {readonly import('./tools.mjs').Tool[]} wanted
 * @param {Record<string, import('./state.mjs').Found>} state
 */
export function look(wanted, state) {
  /** @type {Record<string, import('./state.mjs').Found>} */
  const found = {};
  for (const tool of wanted) {
    const there = tool.find(state[tool.id]);
    if (there !== undefined) found[tool.id] = there;
  }
  return found;
}

/**
 * @param {readonly import('./tools.mjs').Tool[]} wanted
 * @param {ReturnType<typeof createProgress>} progress
 */
async function makeMissing(wanted, progress) {
  // Once more, now that nobody else is at work.
  const before = readState();
  const found = look(wanted, before);
  const missing = wanted.filter((tool) => found[tool.id] === undefined);
  const blocked = missing.flatMap((tool) => tool.blocked?.() ?? []);
  if (blocked.length > 0) throw new SetupFailures(blocked);

  /** @type {Map<string, Promise<void>>} */
  const jobs = new Map();
  /** @type {Map<string, Promise<unknown>>} */
  const lanes = new Map();
  for (const tool of missing) {
    const { make, lane } = tool;
    if (make === undefined) continue;
    const earlier = Promise.all((tool.after ?? []).map((id) => jobs.get(id)));
    // Whoever awaits it sees its failure; until then it is nobody's unhandled rejection.
    earlier.catch(() => undefined);
    const previous = lane === undefined ? undefined : lanes.get(lane);
    const job = progress.step(tool.title, async (doing) => {
      await previous;
      await make(doing, earlier);
    });
    jobs.set(tool.id, job);
    if (lane !== undefined)
      lanes.set(
        lane,
        job.catch(() => undefined),
      );
  }
  const ends = await Promise.allSettled(jobs.values());
  progress.end();
  const now = look(wanted, readState());
  writeState(before, { ...before, ...now });
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  const failures = [...new Set(errors)].map((error) => {
    if (error instanceof SetupFailure) return error;
    throw error;
  });
  for (const tool of missing) {
    if (failures.length === 0 && now[tool.id] === undefined)
      throw new Error(`${tool.title} is not there after its set-up`);
  }
  if (failures.length > 0) throw new SetupFailures(failures);
  return now;
}
