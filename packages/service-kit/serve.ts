/** Listens, and on SIGTERM ends gracefully: stop accepting, finish what is under way, drain, flush, exit within 10 s. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { localProjectId, type KitConfig } from './config.ts';
import type { Log } from './logging.ts';

/** Cloud Run kills 10 s after SIGTERM; the three phases and the exit fit in it. */
export const responsesMsMax = 5_000;
export const drainMsMax = 3_000;
export const flushMsMax = 1_500;

export interface ServeOptions {
  readonly config: Pick<KitConfig, 'port' | 'projectId'>;
  readonly log: Log;
  /** Finishes the work that is queued beside requests, e.g. the engine's last commit. Runs after the last response. */
  readonly drain?: () => Promise<void>;
  /** Sends what telemetry still holds; after `drain`, whatever came of it. */
  readonly flush?: () => Promise<void>;
  /** For tests; default process.exit. */
  readonly exit?: (code: number) => void;
  readonly signals?: readonly NodeJS.Signals[];
}

/**
 * Starts to listen; resolves once it does, rejects if the port is taken. On the loopback for project `local`, on every
 * interface in a container.
 */
export async function serve(app: RequestListener, options: ServeOptions): Promise<Server> {
  const { config, log, signals = ['SIGTERM', 'SIGINT'] } = options;
  let ending: Promise<void> | undefined;
  const server = createServer((request, response) => {
    // A client that keeps its connection busy must not keep the process.
    if (ending !== undefined) response.setHeader('Connection', 'close');
    app(request, response);
  });
  // Above any front end's idle timeout (Google's: 600 s), or it sends a request into a connection that we just closed.
  server.keepAliveTimeout = 620_000;
  server.headersTimeout = 60_000;
  const host = config.projectId === localProjectId ? '127.0.0.1' : '0.0.0.0';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, host, resolve);
  });
  const exit = options.exit ?? ((code: number) => process.exit(code));
  for (const signal of signals) {
    process.on(signal, () => {
      ending ??= end(server, options, signal).then(exit);
    });
  }
  log.info({ port: (server.address() as { port: number }).port }, 'listening');
  return server;
}

async function end(server: Server, { log, drain, flush }: ServeOptions, signal: string): Promise<number> {
  log.info(`${signal}: draining`);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // close() looks for idle connections once: those that were busy then would stay open after their answer.
  const closing = setInterval(() => server.closeIdleConnections(), 20);
  let code = 0;
  const phase = async (what: string, timeMsMax: number, work: () => Promise<void> | undefined): Promise<void> => {
    try {
      await within(timeMsMax, work);
    } catch (error) {
      log.error({ error }, `${what} did not end cleanly`);
      code = 1;
    }
  };
  await phase('open requests', responsesMsMax, () => closed);
  clearInterval(closing);
  await phase('the drain', drainMsMax, async () => drain?.());
  await phase('the flush of telemetry', flushMsMax, async () => flush?.());
  server.closeAllConnections();
  return code;
}

/** Rejects if `work` has not ended in time; the work itself goes on. */
async function within(timeMs: number, work: () => Promise<void> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${timeMs} ms`)), timeMs);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
