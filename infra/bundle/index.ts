/**
 * The deployable form of a service: one tar.gz with index.cjs and, beside it, the folders of the npm packages that the
 * catalog keeps apart (data files, separate processes), and files of its own for those processes. One commit gives one name everywhere.
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { services, type ServiceDefinition, type ServiceId } from '@reelbanana/catalog';
import { archive, type ArchivedFile } from './archive.ts';
import { compile } from './compile.ts';

const root = join(import.meta.dirname, '..', '..');
/** Per service, in the cache. */
const KEPT_BUNDLES = 8;

export interface Bundle {
  /** Name of the object in the bundles' bucket: `bundles/<service>-<sha256>.tar.gz`. */
  readonly object: string;
  /** The archive on this machine. */
  readonly file: string;
}

export type Bundles = Readonly<Record<ServiceId, Bundle>>;

/** Bundles of every service of the catalog, made side by side, each with what its chosen engines take along. */
export async function bundleServices(chosen: Readonly<Record<string, string>>): Promise<Bundles> {
  const made = Object.entries<ServiceDefinition>(services).map(async ([service, { engines }]) => {
    const used = Object.entries(engines).flatMap(([kind, byName]) => byName[chosen[kind] ?? ''] ?? []);
    const folders = used.flatMap(({ bundleFolders }) => bundleFolders);
    const files = used.flatMap(({ bundleFiles }) => bundleFiles);
    return [service, await bundle({ root, service, entry: 'main.ts', folders, files })];
  });
  return Object.fromEntries(await Promise.all(made)) as Bundles;
}

export interface BundleInput {
  readonly root: string;
  /** Its folder is `services/<service>` under root. */
  readonly service: string;
  /** The file that starts it, relative to its folder. */
  readonly entry: string;
  /** npm packages of `root` that stay folders. */
  readonly folders: readonly string[];
  /** Files of the service's folder that go along as they are, under the same relative path. */
  readonly files: readonly string[];
}

/** Makes a service's bundle, or finds it in the cache by its content. */
export async function bundle({ root, service, entry, folders, files }: BundleInput): Promise<Bundle> {
  const source = join('services', service);
  const code = { path: 'index.cjs', bytes: await compile(root, join(source, entry), folders) };
  const beside = files.map((path) => ({ path, bytes: readFileSync(join(root, source, path)) }));
  const { sha256, gzip } = archive([code, ...beside, ...folders.flatMap((name) => packageFiles(root, name))]);
  const file = join(root, '.cache', 'bundles', `${service}-${sha256}.tar.gz`);
  if (existsSync(file)) utimesSync(file, new Date(), new Date());
  else writeWhole(file, gzip());
  forgetOld(file, service);
  return { object: `bundles/${service}-${sha256}.tar.gz`, file };
}

function packageFiles(root: string, name: string): ArchivedFile[] {
  const folder = join(root, 'node_modules', name);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name))
    .map((path) => ({
      path: `node_modules/${name}/${path.slice(folder.length + 1).replaceAll('\\', '/')}`,
      bytes: readFileSync(path),
    }));
}

/** Keeps the bundles of a service that were used last: every edit makes another. */
function forgetOld(file: string, service: string): void {
  const folder = dirname(file);
  const byUse = readdirSync(folder)
    .filter((name) => new RegExp(`^${service}-[0-9a-f]{64}\\.tar\\.gz$`).test(name))
    .map((name) => ({ path: join(folder, name), usedMs: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.usedMs - a.usedMs);
  for (const { path } of byUse.slice(KEPT_BUNDLES)) rmSync(path, { force: true });
}

/** Under a name of its own first: a killed run must not leave half an archive under a name that says it is whole. */
function writeWhole(file: string, bytes: Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  const half = `${file}.${process.pid}`;
  writeFileSync(half, bytes);
  renameSync(half, file);
}
