/** `.local/stack.json`: what others script against while the stack is up. Documented in README; keep it stable. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceId } from '@reelbanana/catalog';
import { UsageError } from '../lib/script.ts';
import { repositoryRoot } from '../lib/tools.ts';
import { requireSession } from './session.ts';

const FILE = join(repositoryRoot, '.local', 'stack.json');

export interface StackAccount {
  readonly email: string;
  readonly password: string;
  readonly uid: string;
  readonly walletId: string;
  readonly admin: boolean;
}

export interface StackFile {
  /** `pid` is the current instance's: it changes when the instance is replaced. */
  readonly services: Readonly<Record<ServiceId, { readonly url: string; readonly pid: number }>>;
  readonly auth: { readonly emulatorHost: string; readonly apiKey: string; readonly projectId: string };
  readonly accounts: readonly StackAccount[];
  readonly firestore: { readonly host: string; readonly projectId: string; readonly databaseId: string };
}

/** The running stack. Throws UsageError when there is none, or when it is not up yet. */
export async function readStack(): Promise<StackFile> {
  const { pid } = await requireSession();
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as StackFile;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new UsageError(`the stack is not ready yet: \`npm run up\` (pid ${pid}) is still at work`);
  }
}

/** Writes it whole, so that a reader never sees half a file. It holds passwords: for the owner's eyes only. */
export function writeStack(stack: StackFile): void {
  const half = `${FILE}.${process.pid}`;
  writeFileSync(half, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
  renameSync(half, FILE);
}

export function removeStack(): void {
  rmSync(FILE, { force: true });
}
