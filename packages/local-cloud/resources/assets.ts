// The bytes of an asset or archive as the engine sends them.
import { readFile, readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { list } from 'tar';
import { Asset, reveal } from '../provider/property-values.ts';
import { zip } from './zip.ts';

/**
 * What the real provider would upload: an asset's bytes as they are, an archive as a ZIP file whatever it was made from
 * (a .zip stays as it is, a tar is packed anew). Relative paths start at the program's directory; the engine does not
 * tell it to an attached provider. Throws for remote assets and for contents that are not there.
 */
export async function readAsset(asset: Asset, programDir: string | undefined): Promise<Buffer> {
  const path = pathOf(asset, programDir);
  if (asset.archive)
    return path?.endsWith('.zip') === true ? readFile(path) : zip(await archiveEntries(asset, programDir));
  if (path !== undefined) return readFile(path);
  if (asset.content['uri']) throw new Error('the local cloud reads no remote assets: use a file or a text');
  const text = asset.content['text'];
  return Buffer.from(typeof text === 'string' ? text : '', 'utf8');
}

function pathOf(asset: Asset, programDir: string | undefined): string | undefined {
  const path = asset.content['path'];
  if (typeof path !== 'string' || path === '') return undefined;
  if (isAbsolute(path)) return path;
  if (programDir !== undefined) return join(programDir, path);
  throw new Error(
    `the local cloud cannot tell where ${path} starts: give the asset an absolute path, or the local cloud programDir`,
  );
}

/** The files of an archive, by their names inside it. */
async function archiveEntries(archive: Asset, programDir: string | undefined): Promise<Map<string, Buffer>> {
  const { assets, uri } = archive.content;
  const path = pathOf(archive, programDir);
  if (uri) throw new Error('the local cloud reads no remote archives: use a folder or a file');
  if (path !== undefined) {
    return /\.(tar|tgz|tar\.gz)$/.test(path) ? tarEntries(path) : folderEntries(path);
  }
  const entries = new Map<string, Buffer>();
  for (const [name, value] of Object.entries(assets && !(assets instanceof Asset) ? assets : {})) {
    const item = reveal(value as Asset);
    if (!(item instanceof Asset)) throw new Error(`archive entry ${name} is neither an asset nor an archive`);
    if (!item.archive) entries.set(name, await readAsset(item, programDir));
    else for (const [inner, bytes] of await archiveEntries(item, programDir)) entries.set(`${name}/${inner}`, bytes);
  }
  return entries;
}

async function folderEntries(folder: string): Promise<Map<string, Buffer>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const entries = new Map<string, Buffer>();
  for (const file of files) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    entries.set(path.slice(folder.replace(/\/+$/, '').length + 1), await readFile(path));
  }
  return entries;
}

async function tarEntries(path: string): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  await list({
    file: path,
    onReadEntry(entry) {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => {
        if (entry.type === 'File') entries.set(entry.path.replace(/^\.\//, ''), Buffer.concat(chunks));
      });
    },
  });
  return entries;
}
