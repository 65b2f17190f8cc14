// A Node language host for Pulumi CLIs that come without one, such as those built from Pulumi's Go modules.
// Protocol: print the port on stdout, serve LanguageRuntime, live until the engine ends the process.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { sendUnaryData, ServerUnaryCall, ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { LanguageRuntimeService } from '@pulumi/pulumi/proto/language_grpc_pb.js';
import type * as pb from '@pulumi/pulumi/proto/language_pb.js';
import languagePb from '@pulumi/pulumi/proto/language_pb.js';
import pluginPb from '@pulumi/pulumi/proto/plugin_pb.js';
import { policyPackLaunch, programLaunch } from './launch.ts';
import type { Launch } from './launch.ts';

/** Pulumi's runner exits with this code when it has told the engine itself what went wrong. */
const EXIT_BAIL = 32;

const engineAddress = process.argv.at(-1) ?? '';
const children = new Set<ChildProcess>();

const methods: UntypedServiceImplementation = {
  handshake: unary(() => new languagePb.LanguageHandshakeResponse()),
  getPluginInfo: unary(() => {
    const info = new pluginPb.PluginInfo();
    info.setVersion('1.0.0');
    return info;
  }),
  // None: the provider is attached by the person who runs the CLI, not downloaded.
  getRequiredPackages: unary(() => new languagePb.GetRequiredPackagesResponse()),
  getRequiredPlugins: unary(() => new languagePb.GetRequiredPluginsResponse()),
  run: unary(runProgram),
  runPlugin,
};
for (const name of Object.keys(LanguageRuntimeService)) methods[name] ??= unimplemented;

const server = new Server();
server.addService(LanguageRuntimeService, methods);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${String(port)}\n`);
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    for (const child of children) child.kill(signal);
    process.exit(0);
  });
}

async function runProgram(request: pb.RunRequest): Promise<pb.RunResponse> {
  const info = request.getInfo();
  const launch = programLaunch({
    engine: engineAddress,
    monitor: request.getMonitorAddress(),
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    programDirectory: info?.getProgramDirectory() || request.getPwd(),
    rootDirectory: info?.getRootDirectory() || request.getPwd(),
    entryPoint: info?.getEntryPoint() || request.getProgram(),
    dryRun: request.getDryrun(),
    parallel: request.getParallel(),
    config: Object.fromEntries(request.getConfigMap().toArray()),
    secretKeys: request.getConfigsecretkeysList(),
  });
  // The program's output belongs to the engine's stream of this process: stdout is taken by the port.
  const child = start(launch, ['ignore', 2, 2]);
  const code = await exitCode(child);
  const response = new languagePb.RunResponse();
  if (code === EXIT_BAIL) response.setBail(true);
  else if (code !== 0) response.setError(`the program exited with code ${String(code)}`);
  return response;
}

function runPlugin(call: ServerWritableStream<pb.RunPluginRequest, pb.RunPluginResponse>): void {
  const request = call.request;
  const directory = request.getInfo()?.getProgramDirectory() || request.getPwd();
  const child = start(policyPackLaunch(directory, request.getArgsList(), request.getEnvList()), [
    'ignore',
    'pipe',
    'pipe',
  ]);
  const send = (fill: (response: pb.RunPluginResponse) => void): void => {
    const response = new languagePb.RunPluginResponse();
    fill(response);
    call.write(response);
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    send((response) => response.setStdout(chunk));
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    send((response) => response.setStderr(chunk));
  });
  call.on('cancelled', () => {
    child.kill();
  });
  void exitCode(child).then((code) => {
    send((response) => response.setExitcode(code));
    call.end();
  });
}

function start(launch: Launch, stdio: ('ignore' | 'pipe' | number)[]): ChildProcess {
  const child = spawn(launch.command, launch.args, { cwd: launch.cwd, env: launch.env, stdio });
  children.add(child);
  return child;
}

/** 1 for a child that could not start or was killed by a signal. */
function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const end = (code: number | null): void => {
      children.delete(child);
      resolve(code ?? 1);
    };
    child.once('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      end(null);
    });
    child.once('close', end);
  });
}

function unary<Request, Response>(answer: (request: Request) => Response | Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    const reply = async (): Promise<Response> => answer(call.request);
    reply().then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
      },
    );
  };
}

function unimplemented(_: unknown, callback: sendUnaryData<never>): void {
  callback({ code: status.UNIMPLEMENTED, details: 'not implemented by this language host' });
}
