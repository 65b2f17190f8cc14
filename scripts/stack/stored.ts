/** What the running stack's database really holds, read past the services: for proofs. */
import type { Entry } from '@reelbanana/ledger';
import { openReader } from '@reelbanana/ledger-firestore/reader';
import type { StoredWallet } from '../../loadtests/verify/verify.ts';
import type { StackFile } from './stack-file.ts';

/** Reads wallets one after the other, time not applied, each with its whole chain from seq 1. Throws when one is not there. */
export async function readStored(
  { firestore: { host, projectId, databaseId } }: Pick<StackFile, 'firestore'>,
  walletIds: readonly string[],
): Promise<readonly StoredWallet[]> {
  return atEmulator(host, async () => {
    const reader = openReader({ projectId, databaseId });
    try {
      const stored: StoredWallet[] = [];
      for (const walletId of walletIds) {
        const wallet = await reader.wallet(walletId);
        if (wallet === null) throw new Error(`wallet ${walletId} is not stored`);
        const entries: Entry[] = [];
        for await (const entry of reader.entries(walletId)) entries.push(entry);
        stored.push({ wallet, entries });
      }
      return stored;
    } finally {
      await reader.close();
    }
  });
}

/** While `work` runs, Google's Firestore client speaks to the emulator at `host`. */
export async function atEmulator<T>(host: string, work: () => Promise<T>): Promise<T> {
  // The only switches that the client knows. Without the second it looks for Google's metadata server, and says so.
  const switches = { FIRESTORE_EMULATOR_HOST: host, METADATA_SERVER_DETECTION: 'none' };
  const before = Object.keys(switches).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, switches);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
