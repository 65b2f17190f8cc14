// Bundles: the same input gives the same name and bytes wherever and whenever it is built, and the result runs.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { extract, list } from 'tar';
import { archive } from './archive.ts';
import { bundle, type BundleInput } from './index.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-test-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A repository with one service, which reads a file of a package that stays a folder. */
function repository(name: string): BundleInput {
  const root = join(folder, name);
  const data = join(root, 'node_modules', '@voices', 'data');
  mkdirSync(join(root, 'services', 'sing', 'deep'), { recursive: true });
  writeFileSync(join(root, 'services', 'sing', 'deep', 'worker.mjs'), 'export {};');
  mkdirSync(join(data, 'deep'), { recursive: true });
  writeFileSync(join(data, 'package.json'), '{"name":"@voices/data","version":"1.0.0","main":"index.js"}');
  writeFileSync(
    join(data, 'index.js'),
    'module.exports = require("node:fs").readFileSync(__dirname + "/deep/a.txt", "utf8");',
  );
  writeFileSync(join(data, 'deep', 'a.txt'), 'la');
  writeFileSync(join(root, 'services', 'sing', 'song.ts'), 'export const song: string = "do re mi";');
  writeFileSync(
    join(root, 'services', 'sing', 'main.ts'),
    `import { createRequire } from 'node:module';
     import { basename } from 'node:path';
     import { fileURLToPath } from 'node:url';
     import { song } from './song.ts';
     const voice = createRequire(import.meta.url)('@voices/data');
     console.log(song, voice, basename(fileURLToPath(import.meta.url)), basename(import.meta.filename));`,
  );
  return { root, service: 'sing', entry: 'main.ts', folders: ['@voices/data'], files: ['deep/worker.mjs'] };
}

const entriesOf = async (file: string): Promise<readonly string[]> => {
  const paths: string[] = [];
  await list({ file, onReadEntry: (entry) => paths.push(entry.path) });
  return paths;
};

describe('a bundle', () => {
  it('has the same name and bytes from another folder, at another time', async () => {
    const first = repository('first');
    const second = { ...first, root: join(folder, 'elsewhere', 'second') };
    cpSync(first.root, second.root, { recursive: true });
    utimesSync(join(second.root, 'services', 'sing', 'main.ts'), new Date(0), new Date(0));
    const [a, b] = [await bundle(first), await bundle(second)];
    expect(a.object).toMatch(/^bundles\/sing-[0-9a-f]{64}\.tar\.gz$/);
    expect(b.object).toBe(a.object);
    expect(readFileSync(b.file).equals(readFileSync(a.file))).toBe(true);
  });

  it('has another name after any change of code or data', async () => {
    const input = repository('changing');
    const objects = [(await bundle(input)).object];
    writeFileSync(join(input.root, 'services', 'sing', 'song.ts'), 'export const song: string = "fa so la";');
    objects.push((await bundle(input)).object);
    writeFileSync(join(input.root, 'node_modules', '@voices', 'data', 'deep', 'a.txt'), 'lo');
    objects.push((await bundle(input)).object);
    expect(new Set(objects).size).toBe(3);
  });

  it('holds one file of code and the folders beside it, in order, and runs from where it is unpacked', async () => {
    const { file } = await bundle(repository('running'));
    const data = 'node_modules/@voices/data';
    expect(await entriesOf(file)).toEqual([
      'deep/worker.mjs',
      'index.cjs',
      `${data}/deep/a.txt`,
      `${data}/index.js`,
      `${data}/package.json`,
    ]);
    const cwd = join(folder, 'unpacked');
    mkdirSync(cwd);
    await extract({ file, cwd });
    const output = execFileSync(process.execPath, ['index.cjs'], { cwd, encoding: 'utf8', env: {} });
    expect(output.trim()).toBe('do re mi la index.cjs index.cjs');
  });

  it('is found again by its content, and no half-written file is left beside it', async () => {
    const input = repository('cached');
    const { file } = await bundle(input);
    writeFileSync(file, 'kept');
    expect(readFileSync((await bundle(input)).file, 'utf8')).toBe('kept');
    expect(readdirSync(join(file, '..'))).toHaveLength(1);
  });

  it('stays in the cache only while it is among the last ones used', async () => {
    const input = repository('edited');
    const made: string[] = [];
    for (let edit = 0; edit < 10; edit++) {
      writeFileSync(join(input.root, 'services', 'sing', 'song.ts'), `export const song = 'verse ${edit}';`);
      made.push((await bundle(input)).file);
    }
    expect(made.map((file) => existsSync(file))).toEqual([false, false, ...Array<boolean>(8).fill(true)]);
  });

  it('says file and line of a mistake in the code', async () => {
    const input = repository('broken');
    writeFileSync(join(input.root, 'services', 'sing', input.entry), "import './nothing.ts';");
    await expect(bundle(input)).rejects.toThrow(/services\/sing\/main\.ts:1:7.*nothing\.ts/);
  });
});

describe('an archive', () => {
  const bytes = Buffer.from('x');

  it('depends on names and contents, not on the order they come in', () => {
    const [a, b] = [
      { path: 'a', bytes },
      { path: 'b', bytes },
    ];
    expect(archive([a, b]).sha256).toBe(archive([b, a]).sha256);
    expect(archive([a]).sha256).not.toBe(archive([b]).sha256);
  });

  it('carries no time and no operating system in its gzip header', () => {
    expect([
      ...archive([{ path: 'a', bytes }])
        .gzip()
        .subarray(4, 10),
    ]).toEqual([0, 0, 0, 0, expect.any(Number), 255]);
  });

  it('refuses a path that would be cut', () => {
    expect(() => archive([{ path: `${'deep/'.repeat(80)}a`, bytes }])).toThrow('path too long');
  });
});
