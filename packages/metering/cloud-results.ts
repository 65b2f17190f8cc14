/**
 * The result store over one Cloud Storage bucket: a result is one object, what is said of it is the object's custom
 * metadata, so a result is there whole or not at all.
 */
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { ApiError, IdempotencyStrategy, Storage, type File } from '@google-cloud/storage';
import { googleClientOptions } from '@reelbanana/service-kit';
import { z } from 'zod';
import { inTime, type ResultStore } from './results.ts';

/** Of one download: above what the client adds, so that more than that would still be told. */
const listenersMax = 15;

/** Values of custom metadata are strings; in all it may have 8 KiB (https://cloud.google.com/storage/quotas#objects). */
const factsSchema = z.object({
  fields: z.string().transform((text) => z.record(z.string(), z.unknown()).parse(JSON.parse(text))),
  requestDigest: z.string(),
  credits: z.coerce.number().pipe(z.int().min(0)),
});

/** For one put or get in all: longer than the client goes on trying, for it waits for ever for a silent server. */
const timeoutMs = 30_000;

/** Throws whatever the storage client throws, after its own retries; an object that is not there is null. */
export function cloudResults({ bucket: bucketName, projectId }: { bucket: string; projectId: string }): ResultStore {
  const storage = new Storage({
    projectId,
    ...googleClientOptions('storage'),
    // A repeated put writes the same bytes under the same name.
    retryOptions: { idempotencyStrategy: IdempotencyStrategy.RetryAlways, maxRetries: 3, totalTimeout: 20 },
  });
  const bucket = storage.bucket(bucketName);
  return inTime(timeoutMs, {
    put: async (name, { contentType, fields, requestDigest, credits }, bytes) => {
      const facts = { fields: JSON.stringify(fields), requestDigest, credits: String(credits) };
      // Not resumable: one request instead of two, and a crash leaves nothing half done.
      await bucket.file(name).save(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
        resumable: false,
        contentType,
        metadata: { metadata: facts },
      });
    },
    get: async (name) => {
      const file = bucket.file(name);
      const metadata = await file.getMetadata().then(([found]) => found, absent);
      if (metadata === null) return null;
      const facts = factsSchema.parse(metadata.metadata);
      return {
        contentType: metadata.contentType ?? 'application/octet-stream',
        ...facts,
        bytes: () => read(file),
      };
    },
  });
}

/** The bytes, their checksum verified. What file.download() does, but for the one stream whose listeners are counted. */
async function read(file: File): Promise<Buffer> {
  const stream = file.createReadStream();
  // The client puts this answer into two pipelines, 11 listeners in all, and Node warns of a leak from the 11th on.
  stream.on('response', (answer: Readable) => void answer.setMaxListeners(listenersMax));
  return await buffer(stream);
}

function absent(error: unknown): null {
  if (error instanceof ApiError && error.code === 404) return null;
  throw error;
}
