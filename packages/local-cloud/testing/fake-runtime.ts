// A runtime in memory for unit tests of the provider: same refusals, no process and no port.
import { AlreadyExists, FailedPrecondition, NotFound, PermissionDenied } from '../runtime/errors.ts';
import type { Binding, DeployedService, Runtime, ServiceSpec } from '../runtime/types.ts';

export interface FakeRuntime extends Runtime {
  /** What was deployed, newest last, by service name. */
  readonly deployed: ReadonlyMap<string, readonly ServiceSpec[]>;
  /** Rules by database. */
  readonly rules: ReadonlyMap<string, string>;
  /** What the next deployments wait for; a rejection fails them. */
  gate: Promise<void>;
}

/** A fresh, empty fake. */
export function fakeRuntime(): FakeRuntime {
  const bindings = new Map<string, Binding>();
  const secrets = new Map<string, string[]>();
  const buckets = new Map<string, Map<string, Buffer>>();
  const rules = new Map<string, string>();
  const deployed = new Map<string, ServiceSpec[]>();
  const running = new Map<string, DeployedService>();
  const key = (binding: Binding): string => `${binding.resource} ${binding.role} ${binding.member}`;
  const objectsOf = (bucket: string): Map<string, Buffer> => {
    const objects = buckets.get(bucket);
    if (!objects) throw new NotFound(`bucket ${bucket} does not exist`);
    return objects;
  };
  const fake: FakeRuntime = {
    apiOrigin: 'http://127.0.0.1:1',
    firestoreHost: '127.0.0.1:1',
    authHost: '127.0.0.1:1',
    deployed,
    rules,
    gate: Promise.resolve(),
    iam: {
      grant: (binding) => void bindings.set(key(binding), binding),
      revoke: (binding) => void bindings.delete(key(binding)),
      holds: (member, role, resource) => bindings.has(key({ member, role, resource })),
      bindings: () => [...bindings.values()],
    },
    secrets: {
      create(id) {
        if (secrets.has(id)) throw new AlreadyExists(`secret ${id} exists`);
        secrets.set(id, []);
      },
      remove: (id) => void secrets.delete(id),
      addVersion(id, data) {
        const versions = secrets.get(id);
        if (!versions) throw new NotFound(`secret ${id} does not exist`);
        return String(versions.push(data));
      },
      removeVersion: () => undefined,
      access(id, version, member) {
        const role = 'roles/secretmanager.secretAccessor';
        const resource = `projects/local/secrets/${id}`;
        if (!bindings.has(key({ member, role, resource }))) throw new PermissionDenied(`${member} lacks ${role}`);
        const data = secrets.get(id)?.[Number(version) - 1];
        if (data === undefined) throw new NotFound(`no version ${version}`);
        return data;
      },
    },
    buckets: {
      create(name) {
        if (buckets.has(name)) throw new AlreadyExists(`bucket ${name} exists`);
        buckets.set(name, new Map());
      },
      remove(name, force) {
        if (!force && (buckets.get(name)?.size ?? 0) > 0) throw new FailedPrecondition(`bucket ${name} is not empty`);
        buckets.delete(name);
      },
      put: (bucket, object, bytes) => void objectsOf(bucket).set(object, bytes),
      get(bucket, object) {
        const bytes = objectsOf(bucket).get(object);
        if (!bytes) throw new NotFound(`no object ${object}`);
        return bytes;
      },
      removeObject: (bucket, object) => void buckets.get(bucket)?.delete(object),
    },
    firestore: {
      setRules(database, source) {
        rules.set(database, source);
        return Promise.resolve();
      },
    },
    services: {
      async deploy(spec) {
        await fake.gate;
        const history = [...(deployed.get(spec.name) ?? []), spec];
        deployed.set(spec.name, history);
        const service = {
          name: spec.name,
          url: `http://127.0.0.1:1/${spec.name}`,
          revision: `${spec.name}-0000${String(history.length)}`,
          pid: 1,
          logFile: '',
        };
        running.set(spec.name, service);
        return service;
      },
      remove: (name) => Promise.resolve(void running.delete(name)),
      list: () => [...running.values()],
    },
    identity: {
      idToken: () => Promise.reject(new Error('the fake issues no tokens')),
    },
    stopped: Promise.resolve(),
    stop: () => Promise.resolve(),
  };
  return fake;
}
