// Serves the provider on a free port of the loopback interface.
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ResourceProviderService } from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import type { Contract } from '../contract/contract.ts';
import type { Cloud } from '../resources/resource.ts';
import { providerService } from './service.ts';

/** Resources may carry whole files as text: Pulumi's own limit, 400 MB. */
const MESSAGE_BYTES_MAX = 400 * 1024 * 1024;

export interface ProviderServer {
  readonly port: number;
  stop(): void;
}

/** Starts the provider. Rejects when the loopback interface offers no port. */
export async function startProvider(cloud: Cloud, contract: Contract): Promise<ProviderServer> {
  const server = new Server({
    'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
    'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  });
  const service = providerService(cloud, contract);
  server.addService(ResourceProviderService, service.methods);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    port,
    stop() {
      service.close();
      server.forceShutdown();
    },
  };
}
