// What the runtime's own servers share: start on the loopback, stop with nothing left, answer JSON and Google's errors.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudError } from './errors.ts';
import { LOOPBACK } from './ports.ts';

/** Above every client's idle timeout, so that it is the client who closes: else its next request may meet a reset. */
const KEEP_ALIVE_MS = 65_000;

export type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void> | void;

export interface LocalServer {
  readonly port: number;
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Takes no more connections; those with a request under way go on. */
  refuse(): void;
  /** Resolves when no connection and no port is left. */
  close(): Promise<void>;
}

/** Starts a server. Rejects as listen does (EADDRINUSE). A handler that throws is answered as a Google-shaped error. */
export async function startServer(handler: Handler, port = 0): Promise<LocalServer> {
  const server: Server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (req, res) => {
    void (async () => handler(req, res))().catch((error: unknown) => sendError(res, error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, 1024, () => resolve());
  });
  const bound = (server.address() as AddressInfo).port;
  let closed: Promise<void> | undefined;
  const refuse = () => {
    closed ??= new Promise((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
  };
  return {
    port: bound,
    host: `${LOOPBACK}:${bound}`,
    refuse,
    close: async () => {
      refuse();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function sendJson(res: ServerResponse, code: number, body: unknown, headers: Record<string, string> = {}): void {
  const bytes = Buffer.from(JSON.stringify(body));
  res.writeHead(code, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': bytes.length,
    ...headers,
  });
  res.end(bytes);
}

export function sendText(res: ServerResponse, code: number, text: string, headers: Record<string, string> = {}): void {
  const bytes = Buffer.from(text);
  res.writeHead(code, { 'content-type': 'text/plain; charset=UTF-8', 'content-length': bytes.length, ...headers });
  res.end(bytes);
}

/** Google's error envelope. Anything but a CloudError is our bug: 500, with its message, as this is a laptop. */
export function sendError(res: ServerResponse, error: unknown): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const known = error instanceof CloudError;
  const code = known ? error.httpCode : 500;
  const message = error instanceof Error ? error.message : String(error);
  sendJson(res, code, { error: { code, message, status: known ? error.status : 'INTERNAL' } });
}

/** The whole body, refused beyond the bound. */
export async function readBody(req: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bytesMax) throw new CloudError('INVALID_ARGUMENT', 413, `request body exceeds ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
