/**
 * A copy of the repository in a temporary folder, with the installed packages and tools linked in: there a test may run
 * `up` beside a developer's own stack, and may break a service.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { repositoryRoot } from '../lib/tools.ts';

/** Linked, not copied: large, and nobody writes there. */
const LINKED = ['node_modules', '.tools'];
/** The scope of the workspaces, which npm links to their folders: the copy has its own. */
const OWN_SCOPE = '@reelbanana';
/** Not part of the sources. */
const LEFT_OUT = ['.git', '.local', '.cache', ...LINKED];

export interface RepositoryCopy {
  readonly root: string;
  /** sha256 of every source file, by path. */
  sources(): Record<string, string>;
  remove(): void;
}

/** Makes a copy. `remove` it at the end. */
export function copyRepository(): RepositoryCopy {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'stack-test-')));
  copyFolder(repositoryRoot, root);
  return {
    root,
    sources: () => Object.fromEntries(files(root).map((file) => [relative(root, file), digest(file)])),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function copyFolder(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.name === 'node_modules') linkPackages(source, target);
    else if (LINKED.includes(entry.name)) symlinkSync(source, target);
    else if (LEFT_OUT.includes(entry.name)) continue;
    else if (entry.isDirectory()) {
      mkdirSync(target);
      copyFolder(source, target);
    } else copyFileSync(source, target);
  }
}

/** Every installed package is the original's, but for our own. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from).filter((entry) => !entry.startsWith('.'))) {
    if (name !== OWN_SCOPE) symlinkSync(join(from, name), join(to, name));
  }
  if (!existsSync(join(from, OWN_SCOPE))) return;
  mkdirSync(join(to, OWN_SCOPE));
  for (const name of readdirSync(join(from, OWN_SCOPE))) {
    symlinkSync(readlinkSync(join(from, OWN_SCOPE, name)), join(to, OWN_SCOPE, name));
  }
}

function files(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !LEFT_OUT.includes(name))
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? files(path) : [path]));
}

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
