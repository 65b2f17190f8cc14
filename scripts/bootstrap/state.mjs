// What earlier runs learnt: `.tools/state.json` for the set-up itself, `.tools/found.json` (paths alone) for everybody else.
// @ts-check
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { foundFile, toolsDir } from './paths.mjs';

/**
 * A tool that was found: where, which version, from where it came; `key` says what file the version was asked of.
 * @typedef {{ path: string, version: string, source: string, key?: string }} Found
 */

const stateFile = join(toolsDir, 'state.json');

/** @returns {Record<string, Found>} */
export function readState() {
  try {
    return JSON.parse(readFileSync(stateFile, 'utf8'));
  } catch {
    // Absent or damaged: everything is looked at afresh.
    return {};
  }
}

/**
 * Writes both files when something changed.
 * @param {Record<string, Found>} before
 * @param {Record<string, Found>} now
 */
export function writeState(before, now) {
  const found = Object.fromEntries(
    Object.entries(now)
      .filter(([name]) => name !== 'packages')
      .map(([name, tool]) => [name, tool.path]),
  );
  writeWhenChanged(foundFile, found);
  if (JSON.stringify(before) !== JSON.stringify(now)) writeWhenChanged(stateFile, now);
}

/**
 * @param {string} file
 * @param {unknown} value
 */
function writeWhenChanged(file, value) {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  try {
    if (readFileSync(file, 'utf8') === text) return;
  } catch {
    // Not there yet.
  }
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}
