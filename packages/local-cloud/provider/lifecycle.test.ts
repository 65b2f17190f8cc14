// Create, preview, update, read and delete over a fake runtime: what each leaves behind, what each lets the program know.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { readGcpContract } from '../contract/declarations.ts';
import { fakeCloud } from '../testing/fake-cloud.ts';
import { InitFailed, toServiceError } from './errors.ts';
import { Lifecycle } from './lifecycle.ts';
import type { Target } from './lifecycle.ts';
import { Secret, Unknown } from './property-values.ts';
import type { Properties } from './property-values.ts';

const contract = readGcpContract();
const SERVICE = 'gcp:cloudrunv2/service:Service';
const SECRET = 'gcp:secretmanager/secret:Secret';
const VERSION = 'gcp:secretmanager/secretVersion:SecretVersion';
const DATABASE = 'gcp:firestore/database:Database';
const RULESET = 'gcp:firebaserules/ruleset:Ruleset';
const RELEASE = 'gcp:firebaserules/release:Release';

let cloud = fakeCloud();
let lifecycle = new Lifecycle(cloud, contract);
let lines: string[] = [];
let cancel = new AbortController();
beforeEach(() => {
  cloud = fakeCloud();
  lifecycle = new Lifecycle(cloud, contract);
  lines = [];
  cancel = new AbortController();
});

function target(token: string): Target {
  const note = (line: string): void => void lines.push(line);
  return { token, name: 'x', voice: { progress: note, warn: note }, signal: cancel.signal };
}

function service(greeting: string, more: Properties = {}): Properties {
  const sourceCode = { cloudStorageSource: { bucket: 'b', object: 'o' } };
  const envs = [
    { name: 'GREETING', value: greeting },
    { name: 'TOKEN', valueSource: { secretKeyRef: { secret: 'projects/local/secrets/token', version: '2' } } },
  ];
  const container = {
    image: 'scratch',
    baseImageUri: 'nodejs24',
    sourceCode,
    commands: ['node'],
    args: ['a.cjs'],
    envs,
  };
  const template = { containers: [{ ...container, startupProbe: { httpGet: { path: '/ready' }, periodSeconds: 2 } }] };
  return { name: 'greeter', location: 'europe-west1', invokerIamDisabled: true, template, ...more };
}

describe('a service', () => {
  it('becomes what the runtime is to start', async () => {
    await lifecycle.create(target(SERVICE), service('hello'));
    expect(cloud.runtime.deployed.get('greeter')).toStrictEqual([
      {
        name: 'greeter',
        serviceAccount: '123456789012-compute@developer.gserviceaccount.com',
        public: true,
        source: { bucket: 'b', object: 'o' },
        command: ['node'],
        args: ['a.cjs'],
        env: { GREETING: 'hello' },
        secretEnv: { TOKEN: { secret: 'token', version: '2' } },
        port: undefined,
        startupProbe: { path: '/ready', initialDelayMs: 0, periodMs: 2000, timeoutMs: 1000, failureThreshold: 3 },
      },
    ]);
  });

  it('returns every output of its schema, with null where there is none', async () => {
    const { outputs } = await lifecycle.create(target(SERVICE), service('hello'));
    expect(Object.keys(outputs).sort()).toStrictEqual([...(contract.resource(SERVICE)?.outputs ?? [])].sort());
    expect(outputs).toMatchObject({ uri: 'http://127.0.0.1:1/greeter', generation: '1', description: null });
  });

  it('foresees in a preview all that its creation will say, but for what only the run can tell', async () => {
    const foreseen = lifecycle.previewCreate(SERVICE, service('hello'));
    const { outputs } = await lifecycle.create(target(SERVICE), service('hello'));
    const unknown = Object.keys(foreseen).filter((name) => foreseen[name] === Unknown);
    expect(unknown.sort()).toStrictEqual([
      'createTime',
      'etag',
      'generation',
      'latestCreatedRevision',
      'latestReadyRevision',
      'observedGeneration',
      'trafficStatuses',
      'updateTime',
    ]);
    expect(foreseen['uri']).toBe('http://127.0.0.1:8081');
    for (const name of Object.keys(outputs)) {
      if (!unknown.includes(name) && !name.startsWith('ur')) expect(foreseen[name]).toStrictEqual(outputs[name]);
    }
  });

  it('does not foresee a URL that nobody gave it, and keeps the one it learnt', async () => {
    const inputs = service('hello', { name: 'other' });
    expect(lifecycle.previewCreate(SERVICE, inputs)['uri']).toBe(Unknown);
    const { outputs } = await lifecycle.create(target(SERVICE), inputs);
    const updated = lifecycle.previewUpdate(SERVICE, service('good day', { name: 'other' }), outputs);
    expect([updated['uri'], updated['createTime']]).toStrictEqual([outputs['uri'], outputs['createTime']]);
  });

  it('keeps in state what still serves when an update fails', async () => {
    const { id, outputs } = await lifecycle.create(target(SERVICE), service('hello'));
    cloud.runtime.gate = Promise.reject(new Error('greeter did not start: exit 3'));
    const failure: unknown = await lifecycle
      .update(target(SERVICE), id, service('boo'), outputs)
      .catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(InitFailed);
    expect(failure).toMatchObject({ id, outputs, inputs: service('boo') });
    expect((failure as InitFailed).message).toContain('exit 3');
    expect(lifecycle.read(target(SERVICE), id)?.inputs).toStrictEqual(service('hello'));
    expect(toServiceError(failure).metadata?.get('grpc-status-details-bin')).toHaveLength(1);
  });

  it('leaves nothing of a failed creation', async () => {
    cloud.runtime.gate = Promise.reject(new Error('exit 3'));
    const failure: unknown = await lifecycle.create(target(SERVICE), service('hello')).catch((e: unknown) => e);
    expect(failure).not.toBeInstanceOf(InitFailed);
    expect([cloud.world.ofType(SERVICE), cloud.runtime.services.list()]).toStrictEqual([[], []]);
  });

  it('leaves nothing of a creation that was cancelled half-way, even if it succeeds afterwards', async () => {
    let open = (): void => undefined;
    cloud.runtime.gate = new Promise((resolve) => (open = resolve));
    const creating = lifecycle.create(target(SERVICE), service('hello'));
    cancel.abort();
    await expect(creating).rejects.toThrow('cancelled');
    open();
    await new Promise((resolve) => setImmediate(resolve));
    expect([cloud.world.ofType(SERVICE), cloud.runtime.services.list()]).toStrictEqual([[], []]);
  });

  it('is protected from deletion unless told otherwise, as the real one', async () => {
    const { id, inputs } = await lifecycle.create(target(SERVICE), service('hello'));
    await expect(lifecycle.remove(target(SERVICE), id, inputs)).rejects.toThrow('deletionProtection');
    const free = service('hello', { deletionProtection: false });
    await lifecycle.update(target(SERVICE), id, free, {});
    await lifecycle.remove(target(SERVICE), id, free);
    expect(cloud.runtime.services.list()).toStrictEqual([]);
    expect(lifecycle.read(target(SERVICE), id)).toBeUndefined();
  });

  it('does not run as an account that nobody made', async () => {
    const template = { containers: [], serviceAccount: 'ghost@local.iam.gserviceaccount.com' };
    await expect(lifecycle.create(target(SERVICE), service('hello', { template }))).rejects.toThrow(
      'service account ghost@local.iam.gserviceaccount.com does not exist',
    );
  });
});

describe('secrets', () => {
  it('stay wrapped in outputs while the runtime gets their text', async () => {
    await lifecycle.create(target(SECRET), { secretId: 'token', replication: { auto: {} } });
    const inputs = { secret: 'projects/local/secrets/token', secretData: new Secret('hush') };
    const { id, outputs } = await lifecycle.create(target(VERSION), inputs);
    expect(id).toBe('projects/123456789012/secrets/token/versions/1');
    expect(outputs).toMatchObject({ version: '1', secretData: new Secret('hush') });
    cloud.runtime.iam.grant({
      resource: 'projects/local/secrets/token',
      role: 'roles/secretmanager.secretAccessor',
      member: 'user:a@example.com',
    });
    expect(cloud.runtime.secrets.access('token', '1', 'user:a@example.com')).toBe('hush');
    expect(lines.join()).not.toContain('hush');
  });
});

describe('a Firestore database', () => {
  const inputs = { name: '(default)', locationId: 'eur3', type: 'FIRESTORE_NATIVE' };

  it('lets no client in until rules are released, and none again afterwards', async () => {
    await lifecycle.create(target(DATABASE), inputs);
    expect(cloud.runtime.rules.get('(default)')).toContain('if false');
    const source = { files: [{ name: 'firestore.rules', content: 'service cloud.firestore { /* mine */ }' }] };
    const { outputs } = await lifecycle.create(target(RULESET), { source });
    const release: Properties = { name: 'cloud.firestore', rulesetName: outputs['name'] };
    const { id } = await lifecycle.create(target(RELEASE), release);
    expect(cloud.runtime.rules.get('(default)')).toBe('service cloud.firestore { /* mine */ }');
    await lifecycle.remove(target(RELEASE), id, release);
    expect(cloud.runtime.rules.get('(default)')).toContain('if false');
  });

  it('keeps rules that were released before it', async () => {
    const source = { files: [{ name: 'firestore.rules', content: 'service cloud.firestore { /* mine */ }' }] };
    const { outputs } = await lifecycle.create(target(RULESET), { source });
    const release: Properties = { name: 'cloud.firestore', rulesetName: outputs['name'] };
    await lifecycle.create(target(RELEASE), release);
    await lifecycle.create(target(DATABASE), inputs);
    expect(cloud.runtime.rules.get('(default)')).toContain('mine');
  });

  it('is left behind by a delete, and then in the way of the next create, unless deletionPolicy says DELETE', async () => {
    const { id } = await lifecycle.create(target(DATABASE), inputs);
    await lifecycle.remove(target(DATABASE), id, inputs);
    expect(lines.join()).toContain('left behind');
    await expect(lifecycle.create(target(DATABASE), inputs)).rejects.toThrow('already exists');
  });
});

describe('a type without a handler', () => {
  it('is recorded, says so, reads back and deletes', async () => {
    const topic = target('gcp:pubsub/topic:Topic');
    const { id, outputs } = await lifecycle.create(topic, { name: 'news' });
    expect(lines).toStrictEqual(['recorded only: the local cloud checks this type and does not act it out']);
    expect(outputs).toMatchObject({ name: 'news', project: 'local', kmsKeyName: null });
    const second = await lifecycle.create(topic, { name: 'news' });
    expect(second.id).not.toBe(id);
    expect(lifecycle.read(topic, id)?.outputs).toStrictEqual(outputs);
    await lifecycle.remove(topic, id, { name: 'news' });
    expect(lifecycle.read(topic, id)).toBeUndefined();
  });

  it('honours deletionPolicy PREVENT', async () => {
    const topic = target('gcp:pubsub/topic:Topic');
    const inputs = { name: 'news', deletionPolicy: 'PREVENT' };
    const { id } = await lifecycle.create(topic, inputs);
    await expect(lifecycle.remove(topic, id, inputs)).rejects.toThrow('PREVENT');
  });
});
