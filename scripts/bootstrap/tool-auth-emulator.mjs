// The Firebase Auth emulator: firebase-tools installed by its own lockfile under tools/, bundled into one file, then dropped.
// @ts-check
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { digest, isFile } from './find.mjs';
import { root, toolsDir } from './paths.mjs';
import { runNpm } from './run.mjs';

const pinnedFolder = join(root, 'tools', 'auth-emulator');
const inputs = ['package.json', 'package-lock.json', '.npmrc', 'main.cjs'];
const outputFolder = join(toolsDir, 'auth-emulator');

/** @type {import('./tools.mjs').Tool} */
export const authEmulatorTool = {
  id: 'authEmulator',
  title: 'Auth emulator',
  after: ['packages'],
  find() {
    const path = bundlePath();
    if (!isFile(path) || firstLine(path) !== header()) return undefined;
    return { path, version: version(), source: 'npm: firebase-tools' };
  },
  async make(doing, earlier) {
    doing('fetching firebase-tools and bundling its Auth emulator, about a minute');
    const draft = join(toolsDir, `auth-emulator-build.${process.pid}`);
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    mkdirSync(outputFolder, { recursive: true });
    for (const file of inputs) cpSync(join(pinnedFolder, file), join(draft, file));
    try {
      await runNpm('auth-emulator', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], draft);
      await earlier;
      await bundle(join(draft, 'main.cjs'), join(draft, 'bundle.cjs'));
      renameSync(join(draft, 'bundle.cjs'), bundlePath());
    } finally {
      // 270 MB that nobody needs any more.
      rmSync(draft, { recursive: true, force: true });
    }
  },
};

/**
 * @param {string} entry
 * @param {string} output
 */
async function bundle(entry, output) {
  /** @type {typeof import('esbuild')} */
  const esbuild = createRequire(join(root, 'package.json'))('esbuild');
  try {
    await esbuild.build({
      entryPoints: [entry],
      outfile: output,
      bundle: true,
      platform: 'node',
      target: 'node22',
      // macOS only, and only for file watching.
      external: ['fsevents'],
      banner: { js: header() },
      logLevel: 'silent',
    });
  } catch (error) {
    throw new SetupFailure(
      'bundling the Auth emulator failed',
      'delete .tools/ and run the command again',
      String(error),
    );
  }
}

function version() {
  return JSON.parse(readFileSync(join(pinnedFolder, 'package.json'), 'utf8')).dependencies['firebase-tools'];
}

function bundlePath() {
  return join(outputFolder, `auth-emulator-${version()}.cjs`);
}

/** The bundle's first line says from which inputs it was made, so that a change of them makes it anew. */
function header() {
  return `// made by scripts/bootstrap.mjs from ${digest({ files: inputs.map((file) => join(pinnedFolder, file)) })}`;
}

/** @param {string} path */
function firstLine(path) {
  const start = Buffer.alloc(200);
  const file = openSync(path, 'r');
  readSync(file, start, 0, start.length, 0);
  closeSync(file);
  return start.toString('utf8').split('\n', 1)[0];
}
