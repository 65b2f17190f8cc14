// What the language host starts: Pulumi's own runners from the program's @pulumi/pulumi, on this process's Node.
import { createRequire } from 'node:module';
import { join } from 'node:path';

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export interface ProgramRequest {
  readonly engine: string;
  readonly monitor: string;
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  readonly programDirectory: string;
  readonly rootDirectory: string;
  readonly entryPoint: string;
  readonly dryRun: boolean;
  readonly parallel: number;
  /** Config values by key; secret ones among them in plain text, as the engine hands them over. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** How to run a program. Its config travels by environment, never by arguments that other users could read. */
export function programLaunch(request: ProgramRequest): Launch {
  const args = [
    resolveRunner('run', request.programDirectory),
    ...['--monitor', request.monitor],
    ...['--engine', request.engine],
    ...['--organization', request.organization],
    ...['--project', request.project],
    ...['--stack', request.stack],
    ...['--pwd', request.programDirectory],
    ...['--root-directory', request.rootDirectory],
    ...(request.dryRun ? ['--dry-run'] : []),
    ...['--parallel', String(request.parallel)],
    request.entryPoint,
  ];
  const env = {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(request.config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.secretKeys),
    // Node strips types itself; Pulumi's own way would need the ts-node package.
    PULUMI_NODEJS_TYPESCRIPT: 'false',
  };
  return { command: process.execPath, args, env, cwd: request.programDirectory };
}

/** How to run a policy pack; `env` is the engine's list of `NAME=value`. */
export function policyPackLaunch(directory: string, engineArgs: readonly string[], env: readonly string[]): Launch {
  return {
    command: process.execPath,
    args: [resolveRunner('run-policy-pack', directory), ...engineArgs, directory],
    env: Object.fromEntries(env.map((entry) => [entry.split('=', 1)[0] ?? '', entry.slice(entry.indexOf('=') + 1)])),
    cwd: directory,
  };
}

/** The runner of the @pulumi/pulumi that the program itself uses, else of ours. */
function resolveRunner(name: string, directory: string): string {
  const runner = `@pulumi/pulumi/cmd/${name}`;
  try {
    return createRequire(join(directory, 'package.json')).resolve(runner);
  } catch {
    return createRequire(import.meta.url).resolve(runner);
  }
}
