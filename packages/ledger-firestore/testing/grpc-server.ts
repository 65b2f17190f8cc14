// A gRPC server that answers as it is told, status by status, or not at all: what no emulator can be made to do.
import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

export interface Call {
  readonly method: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Resolves when the call is over on the server: answered, or given up by the client. */
  readonly over: Promise<void>;
}

export interface GrpcServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** In the order of their arrival. */
  readonly calls: readonly Call[];
  /** The status that every call from now on is answered with; undefined: no answer. */
  answer(status: number | undefined): void;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. It answers nothing until it is told to. */
export async function startGrpcServer(): Promise<GrpcServer> {
  const calls: Call[] = [];
  const sessions = new Set<ServerHttp2Session>();
  let status: number | undefined;
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => undefined);
  });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const over = new Promise<void>((resolve) => stream.on('close', resolve));
    calls.push({ method: String(headers[':path']).split('/').at(-1) ?? '', headers, over });
    stream.on('error', () => undefined);
    stream.resume();
    const trailers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(status) };
    if (status !== undefined) stream.on('end', () => stream.respond(trailers, { endStream: true }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answer: (next) => {
      status = next;
    },
    close: async () => {
      for (const session of sessions) session.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
