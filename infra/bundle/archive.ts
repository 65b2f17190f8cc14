/** A tar.gz that depends on names and contents alone: sorted, without times, owners or the machine's habits. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

export interface ArchivedFile {
  /** Path inside the archive, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
}

export interface Archive {
  /** sha256 of the archive before compression: zlib's output differs between machines, its input does not. */
  readonly sha256: string;
  readonly gzip: () => Buffer;
}

const BLOCK_BYTES = 512;
/** Byte 9 of a gzip header names the operating system; 255 is "unknown" (RFC 1952). */
const GZIP_OS_OFFSET = 9;
const GZIP_OS_UNKNOWN = 255;

/** Packs files. Throws when a path does not fit a plain header (255 characters). */
export function archive(files: readonly ArchivedFile[]): Archive {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const tar = Buffer.concat([...sorted.flatMap(entry), Buffer.alloc(2 * BLOCK_BYTES)]);
  return { sha256: createHash('sha256').update(tar).digest('hex'), gzip: () => compress(tar) };
}

function entry({ path, bytes }: ArchivedFile): Buffer[] {
  const header = new Header({
    path,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: bytes.length,
    mtime: new Date(0),
    type: 'File',
  });
  if (header.encode()) throw new Error(`path too long for a bundle: ${path}`);
  if (!header.block) throw new Error(`no header for ${path}`);
  return [header.block, bytes, Buffer.alloc((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES)];
}

function compress(tar: Buffer): Buffer {
  const gzip = gzipSync(tar, { level: 6 }); // Node writes no time into the header
  gzip[GZIP_OS_OFFSET] = GZIP_OS_UNKNOWN;
  return gzip;
}
