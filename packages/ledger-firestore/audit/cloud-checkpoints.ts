// Checkpoints in a Cloud Storage bucket with a locked retention policy: objects are created, never replaced, and no
// account, the audit's own included, can delete one before its time.
import type { Bucket } from '@google-cloud/storage';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.ts';
import { checkpointName, checkpointsPrefix, checkSame, walletPrefix, type CheckpointStore } from './checkpoints.ts';

/** Over a bucket of the caller's client, whose retries and identity are the caller's matter. */
export function cloudCheckpoints(bucket: Bucket): CheckpointStore {
  const read = async (name: string): Promise<Checkpoint> => {
    const [bytes] = await bucket.file(name).download();
    return readCheckpoint(bytes.toString('utf8'));
  };
  return {
    put: async (checkpoint) => {
      const name = checkpointName(checkpoint);
      try {
        await bucket.file(name).save(writeCheckpoint(checkpoint), {
          resumable: false,
          contentType: 'application/json',
          preconditionOpts: { ifGenerationMatch: 0 },
        });
      } catch (error) {
        // There already (by another run, or by our own first attempt, whose answer was lost): 412, or 403 for an account
        // that may only create, since replacing takes the right to delete.
        const { code } = error as { code?: unknown };
        if (code !== 412 && code !== 403) throw error;
        const stored = await read(name).catch(() => Promise.reject(error as Error));
        checkSame(stored, checkpoint);
      }
    },
    latest: async (walletId) => {
      // One answer of the API names 1,000 objects: nearly three years of nights.
      const [files] = await bucket.getFiles({ prefix: walletPrefix(walletId) });
      const last = files.at(-1);
      return last === undefined ? null : read(last.name);
    },
    walletIds: async (after, limit) => {
      const [, , answer] = await bucket.getFiles({
        prefix: checkpointsPrefix,
        delimiter: '/',
        autoPaginate: false,
        maxResults: limit + 1, // the wallet `after` may be among them
        ...(after === undefined ? {} : { startOffset: walletPrefix(after) }),
      });
      const { prefixes = [] } = (answer ?? {}) as { prefixes?: readonly string[] };
      return prefixes
        .map((prefix) => prefix.slice(checkpointsPrefix.length, -1))
        .filter((id) => id > (after ?? ''))
        .slice(0, limit);
    },
  };
}
