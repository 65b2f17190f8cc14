// A local Google Cloud: emulators, storage, secrets, identity and the services that run on them, in one process.
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startAuthEmulator, startFirestoreEmulator } from '../emulators/index.ts';
import type { WatchedEmulator } from '../emulators/launch.ts';
import { startApiOrigin } from './api.ts';
import { createFirestoreAdmin } from './firestore-admin.ts';
import { createIam } from './iam.ts';
import { createSecrets } from './secrets.ts';
import { createServices } from './services/services.ts';
import { createBucketStore } from './storage/store.ts';
import { createTokenIssuer } from './tokens.ts';
import type { Runtime, RuntimeOptions } from './types.ts';

export * from './types.ts';
export * from './errors.ts';

/** What an earlier run may have left in the state folder; logs stay. */
const EPHEMERAL = ['buckets', 'bundles', 'home'];

/** Starts the emulators (in parallel) and the API origin. Throws, with nothing left running, when a part does not start. */
export async function startRuntime(o: RuntimeOptions): Promise<Runtime> {
  const dir = resolve(o.dir); // workloads run elsewhere
  for (const folder of EPHEMERAL) rmSync(join(dir, folder), { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const log = o.onLog ?? (() => undefined);
  const [firestore, auth] = await startEmulators({ ...o, dir });
  const iam = createIam(o.projectId);
  const secrets = createSecrets(o.projectId, iam);
  const store = createBucketStore(join(dir, 'buckets'));
  const tokens = createTokenIssuer();
  const api = await startApiOrigin({ store, iam, tokens }).catch(async (error: unknown) => {
    await Promise.all([firestore.stop(), auth.stop()]);
    throw error;
  });
  const apiOrigin = `http://${api.host}`;
  const { node, region, projectNumber, projectId, serviceUrls } = o;
  const cloud = { projectId, apiOrigin, firestoreHost: firestore.host, authHost: auth.host };
  const services = createServices({
    dir,
    node,
    region,
    projectNumber,
    serviceUrls,
    cloud,
    buckets: store,
    secrets,
    tokens,
    onLog: log,
  });

  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      await services.stop();
      await api.close();
      await Promise.all([firestore.stop(), auth.stop()]);
    })());
  const endOf = async (name: string, emulator: WatchedEmulator): Promise<void> => {
    await emulator.exited;
    if (stopping !== undefined) return stopping;
    log(`the ${name} emulator ended by itself; stopping`);
    await stop();
    throw new Error(`the ${name} emulator ended by itself:\n${emulator.tail(20)}`);
  };
  const stopped = Promise.all([endOf('Firestore', firestore), endOf('Auth', auth)]).then(() => undefined);
  stopped.catch(() => undefined); // whoever cares awaits it; the log has said it already

  return {
    apiOrigin,
    firestoreHost: firestore.host,
    authHost: auth.host,
    iam,
    secrets,
    buckets: store,
    firestore: createFirestoreAdmin(firestore.host, projectId),
    services,
    identity: { idToken: tokens.idToken },
    stopped,
    stop,
  };
}

/** Both or none. */
async function startEmulators({ dir, ...o }: RuntimeOptions): Promise<[WatchedEmulator, WatchedEmulator]> {
  const logFile = (name: string) => join(dir, 'logs', `${name}.log`);
  const [firestore, auth] = await Promise.allSettled([
    startFirestoreEmulator({ java: o.java, jar: o.firestoreEmulatorJar, logFile: logFile('firestore-emulator') }),
    startAuthEmulator({
      node: o.node,
      bundle: o.authEmulator,
      projectId: o.projectId,
      logFile: logFile('auth-emulator'),
    }),
  ]);
  if (firestore.status === 'fulfilled' && auth.status === 'fulfilled') return [firestore.value, auth.value];
  const failures: unknown[] = [];
  for (const result of [firestore, auth]) {
    if (result.status === 'fulfilled') await result.value.stop();
    else failures.push(result.reason);
  }
  throw failures.length === 1 ? failures[0] : new AggregateError(failures, failures.map(String).join('\n'));
}
