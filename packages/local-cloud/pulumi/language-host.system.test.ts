// The language host as the CLI uses it: a process that prints its port, over whose protocol programs and packs are run.
// The runners are stand-ins in the program's own node_modules, which the host must prefer to ours.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import type { Client, ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { LanguageRuntimeService } from '@pulumi/pulumi/proto/language_grpc_pb.js';
import type * as pb from '@pulumi/pulumi/proto/language_pb.js';
import languagePb from '@pulumi/pulumi/proto/language_pb.js';

type Host = Client & {
  run(request: pb.RunRequest, done: (error: ServiceError | null, response: pb.RunResponse) => void): void;
  runPlugin(request: pb.RunPluginRequest): ClientReadableStream<pb.RunPluginResponse>;
};

const ENGINE = '127.0.0.1:4321';
let dir = '';
let child: ChildProcess;
let host: Host;
let said = '';

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'language-host-'));
  writeFileSync(join(dir, 'package.json'), '{}');
  // Exits with the code that the program's entry point names.
  runner('run', `console.log(JSON.stringify(process.argv.slice(2))); process.exit(Number(process.argv.at(-1)));`);
  runner(
    'run-policy-pack',
    `console.log(process.argv[2], process.env.PACK); console.error('careful'); process.exit(7);`,
  );
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  child = spawn(join(import.meta.dirname, 'bin', 'pulumi-language-nodejs'), [ENGINE], {
    env: { ...process.env, PATH: path, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => {
      resolve(chunk.toString());
    });
    child.once('exit', () => {
      reject(new Error(said));
    });
  });
  expect(port).toMatch(/^\d+\n$/);
  const HostClient = makeGenericClientConstructor(LanguageRuntimeService, 'LanguageRuntime');
  host = new HostClient(`127.0.0.1:${port.trim()}`, credentials.createInsecure()) as unknown as Host;
});

afterAll(async () => {
  host.close();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect((await exited)[0]).toBe(0);
  rmSync(dir, { recursive: true, force: true });
});

describe('running a program', () => {
  it("starts the program's own runner with what the engine said, its output on stderr", async () => {
    const response = await run('0');
    expect([response.getError(), response.getBail()]).toStrictEqual(['', false]);
    expect(said).toContain(`"--engine","${ENGINE}"`);
    expect(said).toContain('"--stack","local"');
  });

  it('tells a program that failed and has said why from one that crashed', async () => {
    expect((await run('32')).getBail()).toBe(true);
    expect((await run('3')).getError()).toBe('the program exited with code 3');
  });
});

describe('running a policy pack', () => {
  it('streams its output and its exit code', async () => {
    const request = new languagePb.RunPluginRequest();
    const info = new languagePb.ProgramInfo();
    info.setProgramDirectory(dir);
    request.setInfo(info);
    request.setArgsList([ENGINE]);
    request.setEnvList(['PACK=a=b']);
    let [stdout, stderr, code] = ['', '', -1];
    for await (const item of host.runPlugin(request)) {
      const part = item as pb.RunPluginResponse;
      stdout += Buffer.from(part.getStdout_asU8()).toString();
      stderr += Buffer.from(part.getStderr_asU8()).toString();
      if (part.getOutputCase() === languagePb.RunPluginResponse.OutputCase.EXITCODE) code = part.getExitcode();
    }
    expect([stdout, stderr, code]).toStrictEqual([`${ENGINE} a=b\n`, 'careful\n', 7]);
  });
});

function run(entryPoint: string): Promise<pb.RunResponse> {
  const request = new languagePb.RunRequest();
  const info = new languagePb.ProgramInfo();
  info.setProgramDirectory(dir);
  info.setRootDirectory(dir);
  info.setEntryPoint(entryPoint);
  request.setInfo(info);
  request.setStack('local');
  return new Promise((resolve, reject) => {
    host.run(request, (error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}

function runner(name: string, script: string): void {
  const folder = join(dir, 'node_modules', '@pulumi', 'pulumi', 'cmd', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.js'), script);
}
