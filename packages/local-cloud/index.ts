// The local cloud: a runtime on this machine and, in front of it, a provider that the real Pulumi engine attaches to.
import { delimiter, dirname, join } from 'node:path';
import { readGcpContract } from './contract/declarations.ts';
import { startProvider } from './provider/server.ts';
import { World } from './resources/world.ts';
import { startRuntime } from './runtime/index.ts';
import type { Runtime, RuntimeOptions } from './runtime/types.ts';

export type * from './runtime/types.ts';

const HOST_DIR = join(import.meta.dirname, 'pulumi', 'bin');

export interface LocalCloudOptions extends RuntimeOptions {
  /**
   * The directory of the program's main file, where relative paths of its assets start: the engine does not tell it to
   * an attached provider. Without it such paths are refused.
   */
  readonly programDir?: string;
}

export interface LocalCloud {
  /** 127.0.0.1, of the provider of the `gcp` package. */
  readonly providerPort: number;
  readonly runtime: Runtime;
  /**
   * Environment for Pulumi CLI runs against this local cloud, to be laid over the caller's own: attaches the provider,
   * puts this Node first and the Node language host last on PATH (a real installation's own host wins), keeps the CLI
   * off the network.
   * Backend, PULUMI_HOME and passphrase stay the caller's choice.
   */
  pulumiEnv(): Record<string, string>;
  /** Stops the provider, then everything that runs; idempotent. */
  stop(): Promise<void>;
}

/** Starts the local cloud. Rejects, with nothing left running, when a tool is missing or an emulator does not start. */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const runtime = await startRuntime(options);
  try {
    return await serve(options, runtime);
  } catch (error) {
    await runtime.stop();
    throw error;
  }
}

async function serve(options: LocalCloudOptions, runtime: Runtime): Promise<LocalCloud> {
  const { projectId, projectNumber, region, serviceUrls, programDir } = options;
  const cloud = { runtime, world: new World(), projectId, projectNumber, region, serviceUrls, programDir };
  const provider = await startProvider(cloud, readGcpContract());
  return {
    providerPort: provider.port,
    runtime,
    pulumiEnv: () => ({
      PULUMI_DEBUG_PROVIDERS: `gcp:${String(provider.port)}`,
      PULUMI_SKIP_UPDATE_CHECK: '1',
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: '1',
      PATH: [dirname(options.node), process.env['PATH'] ?? '', HOST_DIR].join(delimiter),
    }),
    async stop() {
      provider.stop();
      await runtime.stop();
    },
  };
}
