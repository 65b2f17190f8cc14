// Deploy, replace and remove services: the part of Cloud Run that decides which revision gets the requests.
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FailedPrecondition, InvalidArgument } from '../errors.ts';
import type { LocalServer } from '../http.ts';
import type { TokenIssuer } from '../tokens.ts';
import type { Buckets, DeployedService, Secrets, Services, ServiceSpec } from '../types.ts';
import { unpackBundle } from './bundle.ts';
import type { CloudAddresses } from './environment.ts';
import { startFrontProxy } from './front-proxy.ts';
import { startInstance } from './instance.ts';
import type { InstanceContext } from './instance.ts';
import { supervise } from './supervisor.ts';
import type { Supervisor } from './supervisor.ts';

export interface ServicesOptions {
  /** Holds `bundles/`, `home/` and `logs/`. */
  readonly dir: string;
  readonly node: string;
  readonly region: string;
  readonly projectNumber: string;
  /** Service name -> `http://127.0.0.1:PORT`. */
  readonly serviceUrls: Readonly<Record<string, string>>;
  readonly cloud: CloudAddresses;
  readonly buckets: Buckets;
  readonly secrets: Secrets;
  readonly tokens: TokenIssuer;
  readonly onLog: (line: string) => void;
}

/** One service: its front, which stays, and the revision behind it, which changes. */
interface Slot {
  readonly proxy: LocalServer;
  readonly url: string;
  revision: string;
  active: Supervisor | undefined;
}

export interface RunningServices extends Services {
  /** Stops all; deploys under way fail. Idempotent. */
  stop(): Promise<void>;
}

export function createServices(o: ServicesOptions): RunningServices {
  const slots = new Map<string, Slot>();
  const queues = new Map<string, Promise<unknown>>();
  const ending = new AbortController();
  /** Replaced revisions that still drain; stop() waits for them. */
  const retiring = new Set<Promise<void>>();
  let revisions = 0;

  /** One change of a service at a time. */
  const inTurn = <T>(name: string, change: () => Promise<T>): Promise<T> => {
    const turn = (queues.get(name) ?? Promise.resolve()).then(change);
    queues.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  };
  const logFileOf = (name: string) => join(o.dir, 'logs', `${name}.log`);
  const deployed = (name: string, slot: Slot, active: Supervisor): DeployedService => ({
    name,
    url: slot.url,
    revision: slot.revision,
    get pid() {
      return active.pid();
    },
    logFile: logFileOf(name),
  });
  const folderOf = (name: string, revision: string) => join(o.dir, 'bundles', name, revision);

  const startRevision = async (
    spec: ServiceSpec,
    revision: string,
    progress: (line: string) => void,
    signal: AbortSignal | undefined,
  ) => {
    const folder = folderOf(spec.name, revision);
    const home = join(o.dir, 'home', spec.name);
    mkdirSync(home, { recursive: true });
    const log = (line: string) => o.onLog(`[${spec.name}] ${line}`);
    const { node, region, projectNumber, cloud, secrets, tokens } = o;
    const shared = { node, region, projectNumber, cloud, secrets, tokens };
    const context: InstanceContext = {
      spec,
      revision,
      folder,
      home,
      logFile: logFileOf(spec.name),
      onLine: log,
      ...shared,
    };
    const onWait = (seconds: number) => progress(`waiting for ${revision} to become healthy, ${seconds} s`);
    // A cancel ends the start alone: once healthy, the service no longer listens to it.
    const starting = new AbortController();
    const giveUp = () => starting.abort(signal?.reason);
    if (signal?.aborted) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await unpackBundle(o.buckets, spec.source, folder);
      progress(`starting ${revision}`);
      const until = AbortSignal.any([ending.signal, starting.signal]);
      return await supervise((stop) => startInstance(context, onWait, stop), log, until);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  };

  const retire = (name: string, revision: string, supervisor: Supervisor) => {
    const gone = supervisor
      .retire()
      .then(() => rmSync(folderOf(name, revision), { recursive: true, force: true }))
      .finally(() => retiring.delete(gone));
    retiring.add(gone);
  };

  const deploy = async (
    spec: ServiceSpec,
    progress: (line: string) => void,
    signal: AbortSignal | undefined,
  ): Promise<DeployedService> => {
    checkSpec(spec);
    ending.signal.throwIfAborted();
    const known = slots.get(spec.name);
    const slot: Slot = known ?? (await openSlot(spec.name, o.serviceUrls[spec.name], () => slot.active));
    // Cloud Run's form: a running number and three random letters.
    const revision = `${spec.name}-${String(++revisions).padStart(5, '0')}-${randomBytes(2).toString('hex').slice(0, 3)}`;
    let supervisor: Supervisor;
    try {
      supervisor = await startRevision(spec, revision, progress, signal);
    } catch (error) {
      if (known === undefined) await slot.proxy.close();
      throw error;
    }
    const before = { supervisor: slot.active, revision: slot.revision };
    slot.active = supervisor;
    slot.revision = revision;
    slots.set(spec.name, slot);
    progress(`${revision} serves ${slot.url}`);
    if (before.supervisor !== undefined) retire(spec.name, before.revision, before.supervisor);
    return deployed(spec.name, slot, supervisor);
  };

  const remove = async (name: string): Promise<void> => {
    const slot = slots.get(name);
    if (slot === undefined) return;
    slots.delete(name);
    slot.proxy.refuse();
    await slot.active?.stop();
    slot.active = undefined;
    await slot.proxy.close();
    rmSync(folderOf(name, slot.revision), { recursive: true, force: true });
  };

  return {
    deploy: (spec, progress, signal) => inTurn(spec.name, () => deploy(spec, progress, signal)),
    remove: (name) => inTurn(name, () => remove(name)),
    list: () =>
      [...slots].flatMap(([name, slot]) => (slot.active === undefined ? [] : [deployed(name, slot, slot.active)])),
    stop: async () => {
      ending.abort(new FailedPrecondition('the local cloud is stopping'));
      await Promise.all([...queues].map(([name]) => inTurn(name, () => remove(name))));
      await Promise.all(retiring);
    },
  };
}

function checkSpec(spec: ServiceSpec): void {
  if (!/^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/.test(spec.name))
    throw new InvalidArgument(`Invalid service name: '${spec.name}'`);
  if (!spec.public) throw new FailedPrecondition(`service ${spec.name}: private services are not acted out yet`);
  if (spec.command.length + spec.args.length === 0) throw new InvalidArgument(`service ${spec.name} names no command`);
}

/** Binds the service's URL before anything is started: a port that is taken fails early. */
async function openSlot(name: string, wanted: string | undefined, active: () => Supervisor | undefined): Promise<Slot> {
  const port = wanted === undefined ? 0 : portOf(name, wanted);
  let proxy: LocalServer;
  try {
    proxy = await startFrontProxy({ port, service: name, backend: active });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new FailedPrecondition(`service ${name} cannot serve ${wanted}: port ${port} is taken by another process`);
  }
  return { proxy, url: wanted ?? `http://${proxy.host}`, revision: '', active: undefined };
}

function portOf(name: string, url: string): number {
  const match = /^http:\/\/127\.0\.0\.1:(\d+)\/?$/.exec(url);
  const port = Number(match?.[1]);
  if (match === null || port < 1 || port > 65_535) {
    throw new InvalidArgument(`service ${name}: its URL must be http://127.0.0.1:PORT, not ${url}`);
  }
  return port;
}
