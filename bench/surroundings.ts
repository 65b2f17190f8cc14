// What all families share: one emulator and one connection, started when first asked for, and stopped at the end.
import { startFirestoreEmulator } from '@reelbanana/local-cloud/emulators';
import { Connection, openDatabase } from '@reelbanana/ledger-firestore';
import { foundTools } from '../scripts/lib/tools.ts';
import type { Bench, Database } from './family.ts';

export interface Surroundings extends Bench {
  stop(): Promise<void>;
}

export function surroundings(parts: Pick<Bench, 'rounds' | 'seconds' | 'signal' | 'progress'>): Surroundings {
  let emulator: ReturnType<typeof start> | undefined;
  let database: Promise<Database> | undefined;
  const start = async () => {
    parts.progress('starting the Firestore emulator');
    const { java, firestoreEmulatorJar: jar } = foundTools();
    const started = await startFirestoreEmulator({ java, jar });
    process.env['FIRESTORE_EMULATOR_HOST'] = started.host;
    process.env['METADATA_SERVER_DETECTION'] = 'none';
    return started;
  };
  const open = async () => {
    await (emulator ??= start());
    // The services take emulators for project `local` alone.
    const name = { projectId: 'local', databaseId: 'bench' };
    return { name, db: openDatabase(name), connection: new Connection(name) };
  };
  return {
    ...parts,
    emulator: async () => (await (emulator ??= start())).host,
    database: () => (database ??= open()),
    stop: async () => {
      const opened = await database?.catch(() => undefined);
      await Promise.all([opened?.connection.close(), opened?.db.terminate()]);
      await (await emulator?.catch(() => undefined))?.stop();
    },
  };
}
