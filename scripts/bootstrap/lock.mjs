// One set-up at a time: a lock file with the owner's pid, touched while the owner lives.
// @ts-check
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const HEARTBEAT_MS = 2_000;
/** A pid can belong to another process by now, or to another container: a lock that nobody touched this long is stale. */
const STALE_AFTER_MS = 60_000;
const POLL_MS = 200;

/**
 * Waits for the lock, holds it while `work` runs, and lets go of it whatever happens.
 * @template T
 * @param {string} file
 * @param {(pid: number) => void} onWait called once when another process holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, onWait, work) {
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  while (!take(file)) {
    const owner = readOwner(file);
    if (owner === undefined) continue;
    if (isStale(file, owner)) {
      removeStale(file, owner);
      continue;
    }
    if (!told) onWait(owner);
    told = true;
    await delay(POLL_MS);
  }
  const heartbeat = setInterval(() => utimesSync(file, new Date(), new Date()), HEARTBEAT_MS);
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.removeListener('exit', release);
    release();
  }
}

/** @param {string} file */
function take(file) {
  // Written aside and linked into place, so that nobody ever reads a lock without its pid.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * @param {string} file
 * @returns {number | undefined} undefined when the lock has just gone
 */
function readOwner(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file
 * @param {number} owner
 */
function isStale(file, owner) {
  const touchedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (touchedMs === undefined) return false;
  if (Date.now() - touchedMs > STALE_AFTER_MS) return true;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
}

/**
 * Two processes may find the same stale lock, and the slower one must not take away the faster one's new lock.
 * @param {string} file
 * @param {number} owner
 */
function removeStale(file, owner) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readOwner(aside) !== owner) linkSync(aside, file);
  } catch {
    // Gone already, or taken anew: the caller looks again.
  }
  rmSync(aside, { force: true });
}
