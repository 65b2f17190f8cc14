// Lines that the engine shows under a resource while it works, or keeps in its diagnostics.
import { credentials, makeGenericClientConstructor, Metadata } from '@grpc/grpc-js';
import type { Client } from '@grpc/grpc-js';
import { EngineService } from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import type * as pb from '@pulumi/pulumi/proto/engine_pb.js';
import enginePb from '@pulumi/pulumi/proto/engine_pb.js';

/** Of our own gRPC: the client that comes with @pulumi/pulumi takes credentials of its own copy of the library only. */
const EngineClient = makeGenericClientConstructor(EngineService, 'Engine');
type EngineClient = Client & {
  log(request: pb.LogRequest, metadata: Metadata, options: { deadline: number }, done: () => void): void;
};

/** No operation waits longer than this for an engine that no longer listens. */
const LINE_MS_MAX = 2000;

export class EngineLog {
  #client: EngineClient | undefined;
  /** The last line's way: lines go one after the other, as calls that overlap arrive in any order. */
  #sent: Promise<void> = Promise.resolve();

  /** Speaks to the engine at this address from now on: every CLI run is an engine of its own. */
  attach(address: string): void {
    this.close();
    this.#client = new EngineClient(address, credentials.createInsecure()) as unknown as EngineClient;
  }

  /** A line shown while the resource is worked on, then gone. */
  progress(urn: string, line: string): void {
    this.#send(urn, line, enginePb.LogSeverity.INFO, true);
  }

  /** A line that stays in the operation's diagnostics. */
  warn(urn: string, line: string): void {
    this.#send(urn, line, enginePb.LogSeverity.WARNING, false);
  }

  /** Resolves when all lines so far have arrived; an operation that answers sooner loses its last ones. */
  flush(): Promise<void> {
    return this.#sent;
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #send(urn: string, message: string, severity: pb.LogSeverity, ephemeral: boolean): void {
    const request = new enginePb.LogRequest();
    request.setUrn(urn);
    request.setMessage(message);
    request.setSeverity(severity);
    request.setEphemeral(ephemeral);
    const client = this.#client;
    if (!client) return;
    // A lost line is no reason to fail an operation: the engine may have gone already.
    this.#sent = this.#sent.then(
      () =>
        new Promise((resolve) => {
          client.log(request, new Metadata(), { deadline: Date.now() + LINE_MS_MAX }, () => {
            resolve();
          });
        }),
    );
  }
}
