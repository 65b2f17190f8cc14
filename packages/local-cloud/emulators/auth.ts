// The Firebase Auth emulator: one bundled file, run by Node with the default project id and the port as arguments.
import { launch } from './launch.ts';
import type { WatchedEmulator } from './launch.ts';

export interface AuthEmulatorOptions {
  /** Absolute path of Node >= 22.18. */
  readonly node: string;
  /** Absolute path of the bundled emulator (auth-emulator-VERSION.cjs). */
  readonly bundle: string;
  /** Used where a request names no project. */
  readonly projectId: string;
  /** Default: a free one. */
  readonly port?: number;
  readonly logFile?: string;
}

/** Starts the emulator on 127.0.0.1 and resolves when it answers. Throws with the log's tail when it does not. */
export function startAuthEmulator(o: AuthEmulatorOptions): Promise<WatchedEmulator> {
  return launch({
    name: 'Auth emulator',
    command: o.node,
    args: (port) => [o.bundle, o.projectId, String(port)],
    port: o.port,
    logFile: o.logFile,
    isReady: (status, body) => status === 200 && body.includes('"authEmulator"'),
  });
}
