// Firestore behind a proxy whose wallets are slow, as the cloud says of a single document: each takes one commit a second,
// and whatever comes sooner is answered ABORTED. The emulator takes thousands, so it cannot show how an engine paces itself.
import { grpc } from 'google-gax';

export interface SlowDocuments {
  /** `127.0.0.1:PORT`, for FIRESTORE_EMULATOR_HOST. */
  readonly host: string;
  /** Commits let through, and commits answered ABORTED. */
  readonly admitted: number;
  readonly refused: number;
  close(): Promise<void>;
}

export interface SlowDocumentsOptions {
  /** The shortest time between two commits of one wallet, in milliseconds. */
  readonly everyMs: number;
  /** What every call takes in addition, refused ones too, in milliseconds. */
  readonly delayMs: number;
}

const service = '/google.firestore.v1.Firestore/';
/** Room for the largest commit, and for an answer with every entry of one. */
const messageBytesMax = 16 * 1024 * 1024;
const channelOptions = {
  'grpc.max_send_message_length': messageBytesMax,
  'grpc.max_receive_message_length': messageBytesMax,
};
/** Messages pass as they are. */
const asIs = (message: Buffer): Buffer => message;

/** Starts a proxy for the calls that the engine makes, Commit and BatchGetDocuments, on a free port of 127.0.0.1. */
export async function startSlowDocuments(
  target: string,
  { everyMs, delayMs }: SlowDocumentsOptions,
): Promise<SlowDocuments> {
  const upstream = new grpc.Client(target, grpc.credentials.createInsecure(), channelOptions);
  const server = new grpc.Server(channelOptions);
  const counts = { admitted: 0, refused: 0 };
  const freeAt = new Map<string, number>();

  /** Whether every wallet of the commit may be written now; if so, none may be for a while. */
  const admits = (request: Buffer): boolean => {
    const now = performance.now();
    const wallets = updatedWallets(request);
    const free = wallets.every((name) => (freeAt.get(name) ?? 0) <= now);
    if (free) for (const name of wallets) freeAt.set(name, now + everyMs);
    counts[free ? 'admitted' : 'refused'] += 1;
    return free;
  };

  const commit: grpc.handleUnaryCall<Buffer, Buffer> = (call, done) => {
    const admitted = admits(call.request);
    setTimeout(() => {
      if (!admitted) return done({ code: grpc.status.ABORTED, details: 'Too much contention on these documents.' });
      const options = { deadline: call.getDeadline() };
      upstream.makeUnaryRequest(`${service}Commit`, asIs, asIs, call.request, call.metadata, options, done);
    }, delayMs);
  };
  const read: grpc.handleServerStreamingCall<Buffer, Buffer> = (call) => {
    setTimeout(() => {
      const options = { deadline: call.getDeadline() };
      const path = `${service}BatchGetDocuments`;
      const answers = upstream.makeServerStreamRequest(path, asIs, asIs, call.request, call.metadata, options);
      answers.on('data', (answer: Buffer) => call.write(answer));
      answers.on('error', (error) => call.emit('error', error));
      answers.on('end', () => call.end());
    }, delayMs);
  };
  server.register(`${service}Commit`, commit, asIs, asIs, 'unary');
  server.register(`${service}BatchGetDocuments`, read, asIs, asIs, 'serverStream');

  const port = await new Promise<number>((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
  });
  return {
    host: `127.0.0.1:${port}`,
    get admitted() {
      return counts.admitted;
    },
    get refused() {
      return counts.refused;
    },
    close: async () => {
      server.forceShutdown();
      upstream.close();
    },
  };
}

/** Names of the wallets that a google.firestore.v1.CommitRequest updates: writes (2), of each its update (1), its name (1). */
function updatedWallets(request: Buffer): string[] {
  const names: string[] = [];
  for (const write of messagesIn(request, 2)) {
    for (const document of messagesIn(write, 1)) {
      for (const name of messagesIn(document, 1)) {
        const text = name.toString();
        if (/\/documents\/wallets\/[^/]+$/.test(text)) names.push(text);
      }
    }
  }
  return names;
}

/** The length-delimited fields of this number in a protobuf message. */
function* messagesIn(message: Buffer, wanted: number): Generator<Buffer> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message.readUInt8(at++);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const [field, wireType] = [tag >>> 3, tag & 7];
    if (wireType === 2) {
      const length = varint();
      if (field === wanted) yield message.subarray(at, at + length);
      at += length;
    } else if (wireType === 0) varint();
    else at += wireType === 1 ? 8 : 4;
  }
}
