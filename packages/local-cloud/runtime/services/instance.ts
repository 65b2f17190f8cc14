// One running instance of a revision: its process, its port, its metadata server; up once its startup probe passes.
import { Agent } from 'node:http';
import { startChild } from '../child.ts';
import type { Child, Exit } from '../child.ts';
import { StartFailed } from '../errors.ts';
import { startMetadataServer } from '../metadata.ts';
import { freePort } from '../ports.ts';
import type { TokenIssuer } from '../tokens.ts';
import type { Secrets, ServiceSpec } from '../types.ts';
import { workloadEnvironment } from './environment.ts';
import type { CloudAddresses } from './environment.ts';
import { awaitStartup, DEFAULT_STARTUP_PROBE, watchLiveness } from './probe.ts';

/** As Cloud Run's, between SIGTERM and SIGKILL. */
export const STOP_GRACE_MS = 10_000;
const TAIL_LINES = 20;
/** A free port can be lost to another process between choosing and binding it. */
const PORT_ATTEMPTS = 3;

/** Everything that a revision's instances share. */
export interface InstanceContext {
  readonly spec: ServiceSpec;
  readonly revision: string;
  /** The unpacked bundle. */
  readonly folder: string;
  readonly home: string;
  readonly logFile: string;
  readonly node: string;
  readonly region: string;
  readonly projectNumber: string;
  readonly cloud: CloudAddresses;
  readonly secrets: Secrets;
  readonly tokens: TokenIssuer;
  readonly onLine: (line: string) => void;
}

export interface Instance {
  readonly pid: number;
  readonly port: number;
  /** Keep-alive connections to this instance alone: they go when it goes. */
  readonly agent: Agent;
  /** Requests that the front proxy has under way here. */
  inFlight: number;
  /** Until then the front proxy has reason to doubt that it lives (clock of performance.now()). */
  suspectUntilMs: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<Exit>;
  hasExited(): boolean;
  /** SIGTERM, SIGKILL after ten seconds; resolves when nothing of it is left. Idempotent. */
  stop(): Promise<void>;
}

/** Resolves when healthy. Throws StartFailed with the log's tail; aborting stops it and throws the signal's reason. */
export async function startInstance(
  o: InstanceContext,
  onWait: (seconds: number) => void,
  signal: AbortSignal,
): Promise<Instance> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    const port = await freePort();
    const identity = {
      email: o.spec.serviceAccount,
      projectId: o.cloud.projectId,
      projectNumber: o.projectNumber,
      region: o.region,
    };
    const metadata = await startMetadataServer(identity, o.tokens);
    let child: Child | undefined;
    try {
      child = await spawnWorkload(o, port, metadata.host);
      const failure = await untilHealthy(o, child, port, onWait, signal);
      if (failure === undefined) return running(o, child, port, () => metadata.close());
      await child.stop(STOP_GRACE_MS);
      const portLost = attempt < PORT_ATTEMPTS && /EADDRINUSE/.test(child.tail(TAIL_LINES)) && !signal.aborted;
      if (!portLost) throw failed(o, failure, child.tail(TAIL_LINES));
    } catch (error) {
      await child?.stop(STOP_GRACE_MS);
      await metadata.close();
      throw error;
    }
    await metadata.close();
  }
}

async function spawnWorkload(o: InstanceContext, port: number, metadataHost: string): Promise<Child> {
  const [program, ...rest] = [...o.spec.command, ...o.spec.args];
  const env = workloadEnvironment(
    o.spec,
    o.cloud,
    { revision: o.revision, port, metadataHost, home: o.home },
    o.secrets,
  );
  try {
    return await startChild({
      command: program === 'node' || program === undefined ? o.node : program,
      args: rest,
      env,
      cwd: o.folder,
      logFile: o.logFile,
      onLine: o.onLine,
    });
  } catch (error) {
    throw failed(o, error instanceof Error ? error.message : String(error), '');
  }
}

/** Undefined when healthy, else the reason. */
async function untilHealthy(
  o: InstanceContext,
  child: Child,
  port: number,
  onWait: (seconds: number) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  const probe = o.spec.startupProbe ?? DEFAULT_STARTUP_PROBE;
  const ended = () => child.exit() !== undefined || signal.aborted;
  const failure = await awaitStartup(probe, port, { ended, onWait });
  signal.throwIfAborted();
  if (child.exit() === undefined) return failure;
  const { code, signal: killedBy } = await child.exited;
  return killedBy === null ? `it ended with exit code ${code}` : `it was killed by ${killedBy}`;
}

function failed(o: InstanceContext, reason: string, logTail: string): StartFailed {
  return new StartFailed({ service: o.spec.name, reason, logFile: o.logFile, logTail });
}

function running(o: InstanceContext, child: Child, port: number, closeMetadata: () => Promise<void>): Instance {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 1024, scheduling: 'lifo' });
  const { livenessProbe } = o.spec;
  const liveness =
    livenessProbe === undefined
      ? undefined
      : watchLiveness(livenessProbe, port, (reason) => {
          o.onLine(`${o.revision} is shut down: ${reason}`);
          void child.stop(STOP_GRACE_MS); // the supervisor sees the exit and starts it again
        });
  const cleared = child.exited.then(async () => {
    liveness?.stop();
    agent.destroy();
    await closeMetadata();
  });
  return {
    pid: child.pid,
    port,
    agent,
    inFlight: 0,
    suspectUntilMs: 0,
    exited: child.exited,
    hasExited: () => child.exit() !== undefined,
    stop: async () => {
      liveness?.stop();
      await child.stop(STOP_GRACE_MS);
      await cleared;
    },
  };
}
