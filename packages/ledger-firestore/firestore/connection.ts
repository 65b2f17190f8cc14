// The hot calls to Firestore by its generated v1 client: one attempt each, with a deadline that the server is told and
// keeps as well. The high-level client retries codes 8, 10 and 14 for up to ten minutes, so what one gave up waiting for
// might land minutes later. What is sent here lands by its deadline, or as much later as the network held it up.
import type { FirestoreClient } from '@google-cloud/firestore-api/client_v1';
import type { grpc, ServiceError } from 'google-gax';
import { StoreUnavailable } from '../port.ts';
import type { DatabaseName } from './client.ts';
import { within } from './deadline.ts';
import type { Fields, Value } from './values.ts';

/** google.protobuf.Timestamp as it arrives: an int64 is a text. */
export interface Timestamp {
  readonly seconds: string;
  readonly nanos: number;
}

export interface FoundDocument {
  /** Full resource name. */
  readonly name: string;
  readonly fields: Fields;
  readonly updateTime: Timestamp;
}

/** google.firestore.v1.Write, as far as we use it. */
export interface Write {
  readonly update: { readonly name: string; readonly fields: Fields };
  /** Fields of the document that are replaced, or removed where `update` lacks them. Absent: all. */
  readonly updateMask?: { readonly fieldPaths: readonly string[] };
  /** Added to what is stored; a field or a document that is not there begins at zero. */
  readonly updateTransforms?: readonly { readonly fieldPath: string; readonly increment: Value }[];
  /** Absent: whatever is stored. */
  readonly currentDocument?: { readonly exists: boolean } | { readonly updateTime: Timestamp };
}

export interface Committed {
  readonly writeResults: readonly { readonly updateTime: Timestamp | null }[];
  readonly commitTime: Timestamp;
}

interface Options {
  /** Unix milliseconds; sent along, so that the server gives up as well. */
  readonly deadline: number;
}

/** The two methods of google.firestore.v1.Firestore that we call, as grpc-js makes them. */
interface Stub {
  commit(
    request: { readonly database: string; readonly writes: readonly Write[] },
    metadata: grpc.Metadata,
    options: Options,
    done: (error: ServiceError | null, response?: Committed) => void,
  ): unknown;
  batchGetDocuments(
    request: { readonly database: string; readonly documents: readonly string[] },
    metadata: grpc.Metadata,
    options: Options,
  ): AsyncIterable<{ readonly found?: FoundDocument | null }>;
}

interface Channel {
  readonly client: FirestoreClient;
  readonly stub: Stub;
  readonly metadata: grpc.Metadata;
}

/**
 * Messages above this are refused before they are sent. The stores keep `commitBytesMax` below it; one document, the most
 * that one message brings back, is at most 1 MiB.
 */
const messageBytesMax = 4 * 1024 * 1024;

const channelOptions = {
  'grpc.max_send_message_length': messageBytesMax,
  'grpc.max_receive_message_length': messageBytesMax,
  // A peer that vanished without a word is noticed in 40 s, not after a quarter of an hour of retransmissions; an idle
  // connection is left alone, since front ends punish pings without calls.
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 0,
  // After an outage: the default waits up to two minutes before it tries again, and calls fail until then.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // A retry policy could come by DNS. What remains is grpc-js's own repeat of a call that the server never began.
  'grpc.service_config_disable_resolution': 1,
  'grpc.use_local_subchannel_pool': 1,
  // The default of 64 KiB stalls large messages.
  'grpc-node.flow_control_window': 256 * 1024,
} as const;

/** Opens its channel with the first call. FIRESTORE_EMULATOR_HOST in the environment wins over Google's own address. */
export class Connection {
  /** `projects/P/databases/D`: the prefix of every document's name is this and `/documents`. */
  readonly database: string;
  readonly #projectId: string;
  #opening: Promise<Channel> | undefined;
  #channel: Channel | undefined;
  #closed = false;

  constructor({ projectId, databaseId }: DatabaseName) {
    this.#projectId = projectId;
    this.database = `projects/${projectId}/databases/${databaseId}`;
  }

  /** Rejects with the error of gRPC (its `code` says which), or StoreUnavailable if there was no channel in time. */
  async commit(writes: readonly Write[], deadlineMs: number): Promise<Committed> {
    const deadline = Date.now() + deadlineMs;
    const { stub, metadata } = this.#channel ?? (await this.#open(deadlineMs));
    return new Promise((resolve, reject) => {
      stub.commit({ database: this.database, writes }, metadata, { deadline }, (error, response) => {
        if (response === undefined) reject(error ?? new Error('Firestore answered a commit with nothing'));
        else resolve(response);
      });
    });
  }

  /** The documents that exist, of those named, in any order. Rejects as `commit` does. */
  async batchGet(documents: readonly string[], deadlineMs: number): Promise<FoundDocument[]> {
    const deadline = Date.now() + deadlineMs;
    const { stub, metadata } = this.#channel ?? (await this.#open(deadlineMs));
    const answers = stub.batchGetDocuments({ database: this.database, documents }, metadata, { deadline });
    const all: FoundDocument[] = [];
    for await (const { found } of answers) if (found != null) all.push(found);
    return all;
  }

  /** Calls under way fail. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#channel = undefined;
    const channel = await this.#opening?.catch(() => undefined);
    await channel?.client.close();
  }

  /** The channel, opened if need be. Finding credentials has no deadline of its own, so it is waited for with one. */
  async #open(deadlineMs: number): Promise<Channel> {
    if (this.#closed) throw new StoreUnavailable('the connection is closed');
    this.#opening ??= openChannel(this.#projectId, this.database).catch((error: unknown) => {
      this.#opening = undefined; // no credentials now: the next call looks again
      throw new StoreUnavailable(`no channel: ${String(error)}`, { cause: error });
    });
    const late = () => new StoreUnavailable(`no channel within ${deadlineMs} ms`);
    const channel = await within(this.#opening, deadlineMs, late);
    if (!this.#closed) this.#channel = channel;
    return channel;
  }
}

/** Loads the client with the first call, not at start: it is large. */
async function openChannel(projectId: string, database: string): Promise<Channel> {
  const [{ FirestoreClient }, { grpc }] = await Promise.all([
    import('@google-cloud/firestore-api/client_v1'),
    import('google-gax'),
  ]);
  const metadata = new grpc.Metadata();
  // Both name the database to Google's front ends, by which they route.
  metadata.set('google-cloud-resource-prefix', database);
  metadata.set('x-goog-request-params', `database=${encodeURIComponent(database)}`);
  const emulator = process.env['FIRESTORE_EMULATOR_HOST'];
  if (emulator !== undefined && emulator !== '') {
    const { hostname, port } = new URL(`http://${emulator}`);
    const sslCreds = grpc.credentials.createInsecure();
    metadata.set('authorization', 'Bearer owner'); // past the security rules, as a server is in the cloud
    return connect(
      new FirestoreClient({ projectId, servicePath: hostname, port: Number(port), sslCreds, ...channelOptions }),
      metadata,
    );
  }
  return connect(new FirestoreClient({ projectId, ...channelOptions }), metadata);
}

async function connect(client: FirestoreClient, metadata: grpc.Metadata): Promise<Channel> {
  return { client, stub: (await client.initialize()) as unknown as Stub, metadata };
}
