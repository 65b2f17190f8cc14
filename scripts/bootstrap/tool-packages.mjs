// The npm packages of the repository, exactly as package-lock.json says: installed when missing or when the lockfile changed.
// @ts-check
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digest, isFile } from './find.mjs';
import { root } from './paths.mjs';
import { runNpm } from './run.mjs';

const lockFile = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
/** Lies inside node_modules, so whoever deletes or half-replaces that folder deletes it too. */
const stampFile = join(modules, '.bootstrap-stamp');

/** @type {import('./tools.mjs').Tool} */
export const packagesTool = {
  id: 'packages',
  title: 'npm packages',
  find() {
    const key = stamp();
    if (isFile(stampFile) && readFileSync(stampFile, 'utf8') === key) return found();
    if (!installedByHand()) return undefined;
    writeFileSync(stampFile, key);
    return found();
  },
  async make(doing) {
    doing('npm ci, about a minute');
    await runNpm('packages', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], root);
    mkdirSync(modules, { recursive: true });
    writeFileSync(stampFile, stamp());
  },
};

function found() {
  return { path: modules, version: '', source: 'package-lock.json' };
}

function stamp() {
  return digest({ files: [lockFile], texts: [process.platform, process.arch] });
}

/** True when an `npm install` by hand left just what the lockfile names: npm lists what it installed in a lockfile of its own. */
function installedByHand() {
  const hidden = join(modules, '.package-lock.json');
  if (!isFile(hidden)) return false;
  try {
    const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
    const present = JSON.parse(readFileSync(hidden, 'utf8')).packages;
    return Object.entries(wanted).every(([path, entry]) => {
      if (!path.includes('node_modules/') || entry.link) return true;
      const there = present[path];
      // Packages for other machines (optional or peer) may be absent.
      if (there === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true;
      return there.version === entry.version && there.integrity === entry.integrity;
    });
  } catch {
    return false;
  }
}
