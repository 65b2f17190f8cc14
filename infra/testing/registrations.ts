/** Runs the program against Pulumi's mocks and returns every resource that it registers, with the options that matter. */
import * as pulumi from '@pulumi/pulumi';
import { getMonitor } from '@pulumi/pulumi/runtime/settings.js';
import { NAMESPACE, type StackConfig } from '../config.ts';
import program from '../index.ts';
import { forEachService } from '../workload.ts';

export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Name of the parent; empty for the stack. */
  readonly parent: string;
  readonly protect: boolean;
  /** Names of the resources that it waits for, by reference or by dependsOn. */
  readonly dependencies: readonly string[];
}

export interface Run {
  readonly registrations: readonly Registration[];
  readonly outputs: Record<string, unknown>;
}

/** Outputs that the program reads and that Google computes. */
function computed(type: string, inputs: Record<string, unknown>): Record<string, unknown> {
  switch (type) {
    case 'gcp:serviceaccount/account:Account':
      return { email: `${String(inputs['accountId'])}@PROJECT.iam.gserviceaccount.com` };
    case 'gcp:secretmanager/secretVersion:SecretVersion':
      return { version: '1' };
    case 'gcp:cloudrunv2/service:Service':
      return { latestReadyRevision: `${String(inputs['name'])}-00001` };
    case 'gcp:firebaserules/ruleset:Ruleset':
      return { name: 'RULESET' };
    default:
      return {};
  }
}

interface Request {
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getDependenciesList(): string[];
}

/** Registers the whole program for a stack. `secrets` are the secret settings by short name. */
export async function register(config: StackConfig, secrets: Record<string, string> = {}): Promise<Run> {
  const created: { type: string; name: string; inputs: Record<string, unknown> }[] = [];
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(secrets).map(([key, value]) => [`${NAMESPACE}:${key}`, value])),
    Object.keys(secrets).map((key) => `${NAMESPACE}:${key}`),
  );
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        created.push({ type, name, inputs });
        return { id: `${name}-id`, state: { ...inputs, ...computed(type, inputs) } };
      },
      call: () => {
        throw new Error('the program must not look anything up: an offline preview could not answer');
      },
    },
    NAMESPACE,
    config.stack,
  );
  const options = watchRequests();
  const outputs = await program({
    config,
    bundles: forEachService((service) => ({ object: `bundles/${service}-HASH.tar.gz`, file: `/bundles/${service}` })),
  });
  const resolved = await outputsOf(outputs);
  await pulumi.runtime.disconnect();
  const registrations = created
    .filter(({ type }) => type !== 'pulumi:pulumi:Stack')
    .map((resource) => ({
      ...resource,
      ...(options.get(resource.name) ?? { parent: '', protect: false, dependencies: [] }),
    }));
  return { registrations, outputs: resolved };
}

/** Mocks do not show options: the requests to the engine do. */
function watchRequests(): Map<string, Pick<Registration, 'parent' | 'protect' | 'dependencies'>> {
  const seen = new Map<string, Pick<Registration, 'parent' | 'protect' | 'dependencies'>>();
  const monitor = getMonitor() as unknown as { registerResource(request: Request, ...rest: unknown[]): unknown };
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    seen.set(request.getName(), {
      parent: nameOf(request.getParent()),
      protect: request.getProtect(),
      dependencies: request.getDependenciesList().map(nameOf).sort(),
    });
    return original(request, ...rest);
  };
  return seen;
}

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf('::') + 2);

function outputsOf(outputs: object): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    pulumi.output(outputs).apply((plain) => resolve(plain as Record<string, unknown>));
  });
}
