// A source bundle is a tar.gz object; each revision runs in its own unpacked copy.
import { mkdirSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { x } from 'tar';
import { InvalidArgument } from '../errors.ts';
import type { Buckets } from '../types.ts';

/** Unpacks into the folder, which is made. Throws NotFound for the object, InvalidArgument for a broken archive. */
export async function unpackBundle(
  buckets: Buckets,
  source: { bucket: string; object: string },
  folder: string,
): Promise<void> {
  const archive = buckets.get(source.bucket, source.object);
  mkdirSync(folder, { recursive: true });
  try {
    // strict: a truncated archive is an error; entries that point outside are refused by tar itself.
    await pipeline(Readable.from([archive]), x({ cwd: folder, strict: true, gzip: true }));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidArgument(`gs://${source.bucket}/${source.object} is not a tar.gz bundle: ${reason}`);
  }
}
