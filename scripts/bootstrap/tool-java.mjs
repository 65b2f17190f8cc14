// Java 17 or later, in which Google's Firestore emulator runs. Found, never installed.
// @ts-check
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { fileKey, isExecutable, onPath } from './find.mjs';
import { ask } from './run.mjs';

const MAJOR_MIN = 17;
const REMEDY = `install a Java ${MAJOR_MIN} or later (Debian: apt install default-jre-headless; macOS: brew install openjdk) or set JAVA_HOME`;

/** @type {import('./tools.mjs').Tool} */
export const javaTool = {
  id: 'java',
  title: 'Java',
  find(cached) {
    for (const { path, source } of candidates()) {
      const key = fileKey(path);
      const version = cached?.key === key ? cached.version : versionOf(path);
      if (version !== undefined && majorOf(version) >= MAJOR_MIN) return { path, version, source, key };
    }
    return undefined;
  },
  blocked() {
    const tooOld = candidates().map(({ path }) => `${versionOf(path) ?? 'unknown version'} at ${path}`);
    const what = tooOld.length > 0 ? `is too old (${tooOld.join(', ')})` : 'was not found (JAVA_HOME, PATH)';
    return new SetupFailure(`Java, which runs Google's Firestore emulator, ${what}`, REMEDY);
  },
};

function candidates() {
  const home = process.env['JAVA_HOME'];
  return [
    { path: home ? join(home, 'bin', 'java') : undefined, source: 'JAVA_HOME' },
    { path: onPath('java'), source: 'PATH' },
  ].flatMap(({ path, source }) => (path !== undefined && isExecutable(path) ? [{ path, source }] : []));
}

/** @param {string} path */
function versionOf(path) {
  return /version "([^"]+)"/.exec(ask(path, ['-version']) ?? '')?.[1];
}

/**
 * "17.0.15" is 17; "1.8.0_412" is 8.
 * @param {string} version
 */
export function majorOf(version) {
  return Number(/^(?:1\.)?(\d+)/.exec(version)?.[1] ?? 0);
}
