// Small helpers that look at the machine: programs on PATH, newest files, digests, versions.
// @ts-check
import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { root } from './paths.mjs';

/**
 * The first executable of that name on PATH, or undefined. Folders inside this repository do not count: `npm run` puts
 * node_modules/.bin on PATH, and a package's namesake is not the tool.
 * @param {string} name
 * @returns {string | undefined}
 */
export function onPath(name) {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !(folder + sep).startsWith(root + sep))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @param {string} path */
export function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * Names in a folder; none when there is no such folder.
 * @param {string} folder
 * @returns {string[]}
 */
export function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * What identifies a program file cheaply, so that it is asked for its version only once.
 * @param {string} path
 */
export function fileKey(path) {
  const real = realpathSync(path);
  const { mtimeMs, size } = statSync(real);
  return `${real} ${mtimeMs} ${size}`;
}

/**
 * A digest over texts and files, for "made from exactly this".
 * @param {{ files?: string[], texts?: string[] }} inputs
 */
export function digest({ files = [], texts = [] }) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 32);
}

/**
 * Compares dotted versions number by number: negative when `a` is older.
 * @param {string} a
 * @param {string} b
 */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split(/[.-]/).map(Number));
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i++) {
    const difference = (left?.[i] || 0) - (right?.[i] || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
