// Where checkpoints are kept, out of reach of whoever can write the database. The port, its rules of naming, and the
// adapter over a folder; `cloud-checkpoints.ts` is the one over a bucket.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isWalletId } from '../firestore/paths.ts';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint.ts';

/** Written once, never replaced. */
export interface CheckpointStore {
  /** Keeps one; the same place of the same chain again is no error. @throws CheckpointConflict */
  put(checkpoint: Checkpoint): Promise<void>;
  /** The one with the highest seq, as it is stored: its signature is not looked at. @throws SyntaxError if it is none */
  latest(walletId: string): Promise<Checkpoint | null>;
  /** Wallets that have any, ascending, those after `after` alone, `limit` at most. */
  walletIds(after: string | undefined, limit: number): Promise<readonly string[]>;
}

/** Another head was signed for this place of the chain: one of the two histories is not the true one. */
export class CheckpointConflict extends Error {
  override readonly name = 'CheckpointConflict';
  readonly stored: Checkpoint;
  constructor(stored: Checkpoint) {
    super(`seq ${stored.seq} of wallet ${stored.walletId} was signed with the head ${stored.headHash}`);
    this.stored = stored;
  }
}

export const checkpointsPrefix = 'checkpoints/';
/** As many digits as the highest safe integer has: names sort as numbers do. */
const seqDigits = 16;

/** `checkpoints/{walletId}/`, with the slash: no id is the beginning of another one. */
export function walletPrefix(walletId: string): string {
  if (!isWalletId(walletId)) throw new RangeError('this is no id of a wallet');
  return `${checkpointsPrefix}${walletId}/`;
}

export function checkpointName({ walletId, seq }: Pick<Checkpoint, 'walletId' | 'seq'>): string {
  return `${walletPrefix(walletId)}${String(seq).padStart(seqDigits, '0')}.json`;
}

/** @throws CheckpointConflict unless both say the same of the chain; when, and by which key, may differ. */
export function checkSame(stored: Checkpoint, { headHash, env }: Checkpoint): void {
  if (stored.headHash !== headHash || stored.env !== env) throw new CheckpointConflict(stored);
}

/** For tests, and for audits of a stack on one machine: the names are paths in `folder`. */
export function folderCheckpoints(folder: string): CheckpointStore {
  const read = async (name: string): Promise<Checkpoint> => readCheckpoint(await readFile(join(folder, name), 'utf8'));
  const list = async (name: string): Promise<string[]> =>
    (await readdir(join(folder, name)).catch(except('ENOENT', (): string[] => []))).sort();
  return {
    put: async (checkpoint) => {
      const name = checkpointName(checkpoint);
      await mkdir(join(folder, walletPrefix(checkpoint.walletId)), { recursive: true });
      const there = async (): Promise<void> => checkSame(await read(name), checkpoint);
      await writeFile(join(folder, name), writeCheckpoint(checkpoint), { flag: 'wx' }).catch(except('EEXIST', there));
    },
    latest: async (walletId) => {
      const prefix = walletPrefix(walletId);
      const last = (await list(prefix)).at(-1);
      return last === undefined ? null : read(prefix + last);
    },
    walletIds: async (after = '', limit) => (await list(checkpointsPrefix)).filter((id) => id > after).slice(0, limit),
  };
}

/** What to do about one expected failure; any other is thrown on. */
function except<T>(code: string, instead: () => T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== code) throw error;
    return instead();
  };
}
