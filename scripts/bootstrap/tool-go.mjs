// Tools written in Go: the machine's own where its major version fits, else built from the modules that tools/NAME/go.mod pins.
// @ts-check
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { digest, fileKey, isExecutable, isFile, onPath } from './find.mjs';
import { root, toolsDir } from './paths.mjs';
import { ask, runJob } from './run.mjs';

const binFolder = join(toolsDir, 'bin');

/** The Go command, or undefined. */
export function findGo() {
  return onPath('go') ?? ['/usr/local/go/bin/go', '/usr/lib/go/bin/go'].find(isExecutable);
}

/**
 * @typedef {{
 *   id: 'pulumi' | 'k6', title: string,
 *   main: string, module: string,
 *   tags: string[], ldflags: (version: string) => string,
 *   duration: string, elsewhere: string,
 * }} GoTool main: the package of the command; module: the one whose version is the tool's; elsewhere: how to install it without Go
 */

/**
 * @param {GoTool} tool
 * @returns {import('./tools.mjs').Tool}
 */
export function goTool(tool) {
  const folder = join(root, 'tools', tool.id);
  const binary = join(binFolder, tool.id);
  const stampFile = `${binary}.stamp`;
  const pinned = pinnedVersion(join(folder, 'go.mod'), tool.module);
  const flags = [
    '-mod=readonly',
    '-buildvcs=false',
    `-tags=${tool.tags.join(',')}`,
    `-ldflags=${tool.ldflags(pinned)}`,
  ];
  const stamp = () =>
    digest({
      files: [join(folder, 'go.mod'), join(folder, 'go.sum')],
      texts: [tool.main, ...flags, process.platform, process.arch],
    });

  return {
    id: tool.id,
    title: tool.title,
    // Each uses all processors: one after the other is as fast, and leaves memory.
    lane: 'go',
    find(cached) {
      const own = onPath(tool.id);
      if (own !== undefined) {
        const key = fileKey(own);
        const version = cached?.key === key ? cached.version : versionIn(ask(own, ['version']));
        if (version !== undefined && major(version) === major(pinned))
          return { path: own, version, source: 'PATH', key };
      }
      if (!isExecutable(binary) || !isFile(stampFile) || readFileSync(stampFile, 'utf8') !== stamp()) return undefined;
      return { path: binary, version: pinned.slice(1), source: 'built with Go' };
    },
    blocked() {
      if (findGo() !== undefined) return undefined;
      return new SetupFailure(
        `${tool.title} ${major(pinned)}.x is not on PATH, and without Go it cannot be built`,
        `install it (${tool.elsewhere}) or install Go (https://go.dev/dl)`,
      );
    },
    async make(doing) {
      doing(`building ${pinned} from its Go modules, ${tool.duration}`);
      mkdirSync(binFolder, { recursive: true });
      const draft = `${binary}.${process.pid}`;
      const env = { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' };
      const how = 'if the Go module proxy could not be reached, run the command again when it can';
      try {
        await runJob(tool.id, findGo() ?? 'go', ['build', ...flags, '-o', draft, tool.main], { cwd: folder, env, how });
        rmSync(stampFile, { force: true });
        renameSync(draft, binary);
        writeFileSync(stampFile, stamp());
      } finally {
        rmSync(draft, { force: true });
      }
    },
  };
}

/**
 * @param {string} modFile
 * @param {string} module
 */
function pinnedVersion(modFile, module) {
  const line = readFileSync(modFile, 'utf8')
    .split('\n')
    .map((text) => text.replace(/^\s*(require\s+)?/, ''))
    .find((text) => text.startsWith(`${module} v`));
  const version = line?.split(/\s+/)[1];
  if (version === undefined) throw new Error(`${modFile} does not require ${module}`);
  return version;
}

/** @param {string | undefined} answer */
function versionIn(answer) {
  return /\bv?(\d+\.\d+\.\d+)/.exec(answer ?? '')?.[1];
}

/** @param {string} version */
function major(version) {
  return version.replace(/^v/, '').split('.', 1)[0] ?? '';
}
