// Errors as the engine understands them.
import { Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import providerPb from '@pulumi/pulumi/proto/provider_pb.js';
import statusPb from '@pulumi/pulumi/proto/status_pb.js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import { toStruct } from './property-values.ts';
import type { Properties } from './property-values.ts';

/**
 * The resource exists, but not as it was asked for: it stays in state with these reasons, dependents do not start, and
 * the next `up` calls Update. Where nothing was made, throw an ordinary Error.
 */
export class InitFailed extends Error {
  readonly id: string;
  readonly outputs: Properties;
  readonly inputs: Properties;
  readonly reasons: readonly string[];
  constructor(id: string, outputs: Properties, inputs: Properties, reasons: readonly string[]) {
    super(reasons.join('\n'));
    this.id = id;
    this.outputs = outputs;
    this.inputs = inputs;
    this.reasons = reasons;
  }
}

/** The wire form of any error; InitFailed carries its details the way the engine looks for them. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new Metadata();
  if (error instanceof InitFailed) {
    const details = new providerPb.ErrorResourceInitFailed();
    details.setId(error.id);
    details.setProperties(toStruct(error.outputs));
    details.setInputs(toStruct(error.inputs));
    details.setReasonsList([...error.reasons]);
    const packed = new anyPb.Any();
    packed.pack(details.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
    const wire = new statusPb.Status();
    wire.setCode(status.UNKNOWN);
    wire.setMessage(message);
    wire.addDetails(packed);
    metadata.add('grpc-status-details-bin', Buffer.from(wire.serializeBinary()));
  }
  return { code: status.UNKNOWN, details: message, message, metadata };
}
