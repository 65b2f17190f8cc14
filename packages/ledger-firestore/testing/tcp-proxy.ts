// A TCP proxy that does to a connection what networks do: cuts it, holds everything back, delays it, loses the answers. It
// knows nothing of what passes, so the client under test meets real sockets and a real server.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Connections accepted so far. */
  readonly connections: number;
  /** Bytes of requests that are held back at the moment. */
  readonly heldBytes: number;
  /** Bytes of answers that were lost so far. */
  readonly lostBytes: number;
  /**
   * Everything passes at once, and first what was held back. Connections that have lost answers are cut: what is left of
   * them makes no sense to anybody.
   */
  pass(): void;
  /** Accepts and passes nothing, in neither direction; what comes is held back until the next change. */
  stall(): void;
  /** Passes everything `delayMs` later, in each direction. */
  delay(delayMs: number): void;
  /** Requests pass, answers are lost. */
  dropAnswers(): void;
  /** Resets all connections; new ones are accepted. */
  cut(): void;
  /** Passes so many more bytes of requests to the server, then cuts; resolves when it has. */
  cutAfter(requestBytes: number): Promise<void>;
  close(): Promise<void>;
}

type Weather = { readonly kind: 'fair' | 'stalled' | 'deaf' } | { readonly kind: 'slow'; readonly delayMs: number };

/** Listens on a free port of 127.0.0.1 and passes what comes on to `target` (`HOST:PORT`). */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(`http://${target}`);
  const links = new Set<Link>();
  let weather: Weather = { kind: 'fair' };
  let accepted = 0;
  let lost = 0;
  let fuse: { bytes: number; blown: () => void } | undefined;

  const cut = () => {
    for (const link of links) link.reset();
    fuse?.blown();
    fuse = undefined;
  };
  const change = (next: Weather) => {
    weather = next;
    for (const link of links) {
      if (link.isDeaf && next.kind !== 'deaf') link.reset();
      else link.pump();
    }
  };
  const spend = (bytes: number): number => {
    if (fuse === undefined) return bytes;
    const allowed = Math.min(bytes, fuse.bytes);
    fuse.bytes -= allowed;
    return allowed;
  };

  const lose = (bytes: number) => {
    lost += bytes;
  };

  const server = createServer((client) => {
    accepted += 1;
    const link = new Link(client, connect(Number(port), hostname), { weather: () => weather, spend, lose, cut });
    links.add(link);
    link.closed.finally(() => links.delete(link)).catch(() => undefined);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));

  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return accepted;
    },
    get heldBytes() {
      let sum = 0;
      for (const link of links) sum += link.heldBytes;
      return sum;
    },
    get lostBytes() {
      return lost;
    },
    pass: () => change({ kind: 'fair' }),
    stall: () => change({ kind: 'stalled' }),
    delay: (delayMs) => change({ kind: 'slow', delayMs }),
    dropAnswers: () => change({ kind: 'deaf' }),
    cut,
    cutAfter: (requestBytes) => new Promise((resolve) => (fuse = { bytes: requestBytes, blown: resolve })),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
}

interface Rules {
  weather(): Weather;
  /** How many of so many bytes of a request may pass; fewer means: and then cut. */
  spend(bytes: number): number;
  lose(bytes: number): void;
  cut(): void;
}

/** A client's connection and ours to the server. */
class Link {
  readonly closed: Promise<unknown>;
  isDeaf = false;
  readonly #sockets: readonly [Socket, Socket];
  readonly #pipes: readonly Pipe[];

  constructor(client: Socket, server: Socket, rules: Rules) {
    this.#sockets = [client, server];
    for (const socket of this.#sockets) socket.setNoDelay(true).on('error', () => undefined);
    const send = (chunk: Buffer) => {
      const allowed = rules.spend(chunk.length);
      if (allowed === chunk.length) server.write(chunk);
      // Cut only once the kernel has these bytes: the server is to see half a message, not none.
      else server.write(chunk.subarray(0, allowed), rules.cut);
      return allowed === chunk.length;
    };
    const answer = (chunk: Buffer) => {
      if (rules.weather().kind === 'deaf') {
        this.isDeaf = true;
        rules.lose(chunk.length);
      } else client.write(chunk);
      return true;
    };
    this.#pipes = [new Pipe(client, server, rules, send), new Pipe(server, client, rules, answer)];
    this.closed = Promise.all(this.#sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  }

  /** Of requests. */
  get heldBytes(): number {
    return this.#pipes[0]?.heldBytes ?? 0;
  }

  pump(): void {
    for (const pipe of this.#pipes) pipe.pump();
  }

  reset(): void {
    for (const pipe of this.#pipes) pipe.stop();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}

/** One direction: holds what comes until the weather lets it go, in its order. */
class Pipe {
  readonly #to: Socket;
  readonly #rules: Rules;
  /** False: this was the last that passes. */
  readonly #deliver: (chunk: Buffer) => boolean;
  /** HTTP/2 bounds it: a sender stops when its window is full. An end is null. */
  readonly #held: { readonly chunk: Buffer | null; readonly dueAt: number }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(from: Socket, to: Socket, rules: Rules, deliver: (chunk: Buffer) => boolean) {
    this.#to = to;
    this.#rules = rules;
    this.#deliver = deliver;
    from.on('data', (chunk) => this.#hold(chunk));
    from.once('close', () => this.#hold(null));
  }

  get heldBytes(): number {
    return this.#held.reduce((sum, { chunk }) => sum + (chunk?.length ?? 0), 0);
  }

  pump(): void {
    clearTimeout(this.#timer);
    for (let head = this.#held[0]; head !== undefined && !this.#stopped; head = this.#held[0]) {
      if (this.#rules.weather().kind === 'stalled') return;
      const waitMs = head.dueAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), waitMs);
        return;
      }
      this.#held.shift();
      if (head.chunk === null) this.#to.destroySoon();
      else if (!this.#deliver(head.chunk)) this.stop();
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #hold(chunk: Buffer | null): void {
    const weather = this.#rules.weather();
    this.#held.push({ chunk, dueAt: performance.now() + (weather.kind === 'slow' ? weather.delayMs : 0) });
    this.pump();
  }
}
