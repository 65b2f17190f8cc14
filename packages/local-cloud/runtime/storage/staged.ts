// An upload on its way: bytes go to a temporary file while their checksums are computed, then the file becomes an object.
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32c, crc32cBase64 } from './crc32c.ts';

export interface StagedContent {
  readonly path: string;
  readonly sizeBytes: number;
  readonly md5Base64: string;
  readonly crc32cBase64: string;
}

export class StagedUpload {
  readonly path: string;
  #file: Promise<FileHandle>;
  #md5 = createHash('md5');
  #crc = 0;
  #sizeBytes = 0;

  /** The folder must be on the file system of the bucket: the file is renamed into it. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, randomUUID());
    this.#file = open(this.path, 'wx');
    this.#file.catch(() => undefined); // shows at the first write
  }

  /** Bytes that have arrived and are on disk. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async write(chunk: Uint8Array): Promise<void> {
    const file = await this.#file;
    await file.writeFile(chunk); // appends at the handle's position
    this.#md5.update(chunk);
    this.#crc = crc32c(chunk, this.#crc);
    this.#sizeBytes += chunk.byteLength;
  }

  /** Ends the upload; call once. */
  async finish(): Promise<StagedContent> {
    await (await this.#file).close();
    return {
      path: this.path,
      sizeBytes: this.#sizeBytes,
      md5Base64: this.#md5.digest('base64'),
      crc32cBase64: crc32cBase64(this.#crc),
    };
  }

  /** Throws the bytes away; harmless after the file became an object. */
  async discard(): Promise<void> {
    await (await this.#file.catch(() => undefined))?.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }
}
