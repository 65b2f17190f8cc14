// Google's Firestore emulator (from the Cloud SDK): a jar without a main manifest, so its class is named.
import { totalmem } from 'node:os';
import { launch } from './launch.ts';
import type { WatchedEmulator } from './launch.ts';

const MAIN_CLASS = 'com.google.cloud.datastore.emulator.firestore.CloudFirestore';
const MIB = 1024 * 1024;
/** It keeps all data in memory: a load run writes some GB, yet it must leave room for the rest of the stack. */
const HEAP_MIB_MAX = 4096;

export interface FirestoreEmulatorOptions {
  /** Absolute path of Java 17 or later. */
  readonly java: string;
  /** Absolute path of cloud-firestore-emulator.jar. */
  readonly jar: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Security rules to start with; without them every client may do everything until rules are put. */
  readonly rulesFile?: string;
  readonly logFile?: string;
}

/** Starts the emulator on 127.0.0.1 and resolves when it answers. Throws with the log's tail when it does not. */
export function startFirestoreEmulator(o: FirestoreEmulatorOptions): Promise<WatchedEmulator> {
  const heapMib = Math.min(HEAP_MIB_MAX, Math.floor(totalmem() / 2 / MIB));
  return launch({
    name: 'Firestore emulator',
    command: o.java,
    args: (port) => [
      `-Xmx${heapMib}m`,
      '-cp',
      o.jar,
      MAIN_CLASS,
      '--host=127.0.0.1',
      `--port=${port}`,
      '--database-mode',
      'firestore-native',
      ...(o.rulesFile === undefined ? [] : [`--rules=${o.rulesFile}`]),
    ],
    port: o.port,
    logFile: o.logFile,
    isReady: (status, body) => status === 200 && body.trim() === 'Ok',
  });
}
