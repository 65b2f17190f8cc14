// The bytes that an object gets from an asset: as they are, and archives as ZIP files that unpack to the same contents.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { create } from 'tar';
import { Asset } from '../provider/property-values.ts';
import { readAsset } from './assets.ts';

let dir = '';
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'assets-'));
  mkdirSync(join(dir, 'folder', 'inner'), { recursive: true });
  writeFileSync(join(dir, 'folder', 'a.txt'), 'alpha');
  writeFileSync(join(dir, 'folder', 'inner', 'b.txt'), 'beta '.repeat(1000));
  await create({ file: join(dir, 'bundle.tar.gz'), cwd: join(dir, 'folder'), gzip: true }, ['.']);
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

const CONTENTS = { 'a.txt': 'alpha', 'inner/b.txt': 'beta '.repeat(1000) };

describe('readAsset', () => {
  it('gives the bytes of files and texts unchanged, a tar.gz given as a file included', async () => {
    expect((await readAsset(new Asset(false, 'h', { path: join(dir, 'folder', 'a.txt') }), undefined)).toString()).toBe(
      'alpha',
    );
    expect((await readAsset(new Asset(false, 'h', { text: 'text é' }), undefined)).toString()).toBe('text é');
    const gzip = await readAsset(new Asset(false, 'h', { path: join(dir, 'bundle.tar.gz') }), undefined);
    expect(gzip.subarray(0, 2).toString('hex')).toBe('1f8b');
  });

  it('packs a folder, a tar and a map of assets into the same ZIP, as the real provider does', async () => {
    const map = {
      'inner/b.txt': new Asset(false, 'h', { text: CONTENTS['inner/b.txt'] }),
      'a.txt': new Asset(false, 'h', { path: join(dir, 'folder', 'a.txt') }),
    };
    const archives = [{ path: join(dir, 'folder') }, { path: join(dir, 'bundle.tar.gz') }, { assets: map }];
    for (const content of archives) {
      expect(unzip(await readAsset(new Asset(true, 'h', content), undefined))).toStrictEqual(CONTENTS);
    }
  });

  it('gives equal bytes for equal contents', async () => {
    const [first, second] = await Promise.all(
      [{ path: join(dir, 'folder') }, { path: join(dir, 'bundle.tar.gz') }].map((content) =>
        readAsset(new Asset(true, 'h', content), undefined),
      ),
    );
    expect(first).toStrictEqual(second);
  });

  it('starts relative paths at the program, and refuses them where it does not know it', async () => {
    const relative = new Asset(false, 'h', { path: 'folder/a.txt' });
    expect((await readAsset(relative, dir)).toString()).toBe('alpha');
    await expect(readAsset(relative, undefined)).rejects.toThrow('give the asset an absolute path');
  });

  it('refuses remote contents, naming what to use instead', async () => {
    const remote = new Asset(false, 'h', { uri: 'https://x.example/a' });
    await expect(readAsset(remote, undefined)).rejects.toThrow('use a file or a text');
  });
});

/** Reads a ZIP by its central directory (APPNOTE 4.3.12). */
function unzip(bytes: Buffer): Record<string, string> {
  const end = bytes.length - 22;
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50);
  const files: Record<string, string> = {};
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    expect(bytes.readUInt32LE(at)).toBe(0x02014b50);
    const [packedBytes, nameBytes] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)];
    const local = bytes.readUInt32LE(at + 42);
    const data = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameBytes);
    files[name] = inflateRawSync(bytes.subarray(data, data + packedBytes)).toString();
    at += 46 + nameBytes;
  }
  return files;
}
