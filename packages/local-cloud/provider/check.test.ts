// Planted mistakes: each must be refused, at the right path. One valid set of inputs per type must pass.
import { describe, expect, it } from '@jest/globals';
import { readGcpContract } from '../contract/declarations.ts';
import { fakeCloud } from '../testing/fake-cloud.ts';
import { checkResource } from './check.ts';
import { Asset, Secret, Unknown } from './property-values.ts';
import type { Properties, PropertyValue } from './property-values.ts';

const contract = readGcpContract();

const VALID: Readonly<Record<string, Properties>> = {
  'gcp:serviceaccount/account:Account': { accountId: 'greeter' },
  'gcp:projects/iAMMember:IAMMember': { project: 'local', role: 'roles/datastore.user', member: 'user:a@example.com' },
  'gcp:secretmanager/secret:Secret': { secretId: 'token', replication: { auto: {} } },
  'gcp:secretmanager/secretVersion:SecretVersion': { secret: 'token', secretData: new Secret('x') },
  'gcp:storage/bucket:Bucket': { name: 'bundles', location: 'EU' },
  'gcp:storage/bucketObject:BucketObject': { bucket: 'b', name: 'o', source: new Asset(false, 'h', { path: '/x' }) },
  'gcp:cloudrunv2/service:Service': {
    name: 'greeter',
    location: 'europe-west1',
    scaling: { minInstanceCount: 0, maxInstanceCount: 2 },
    traffics: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }],
    template: {
      timeout: '60s',
      containers: [
        {
          image: 'scratch',
          baseImageUri: 'nodejs24',
          sourceCode: { cloudStorageSource: { bucket: 'b', object: 'o' } },
          envs: [
            { name: 'A', value: 'a' },
            { name: 'B', valueSource: { secretKeyRef: { secret: 'token', version: '1' } } },
          ],
          resources: { limits: { cpu: '1', memory: '512Mi' }, cpuIdle: true },
          startupProbe: { httpGet: { path: '/healthz' }, periodSeconds: 2, timeoutSeconds: 2 },
        },
      ],
    },
  },
  'gcp:cloudrunv2/serviceIamMember:ServiceIamMember': {
    name: 'greeter',
    role: 'roles/run.invoker',
    member: 'user:a@example.com',
  },
  'gcp:firestore/database:Database': { name: '(default)', locationId: 'eur3', type: 'FIRESTORE_NATIVE' },
  'gcp:firestore/index:Index': {
    collection: 'c',
    fields: [
      { fieldPath: 'a', order: 'ASCENDING' },
      { fieldPath: 'b', order: 'DESCENDING' },
    ],
  },
  'gcp:firestore/field:Field': { collection: 'c', field: 'f', indexConfig: { indexes: [{ order: 'ASCENDING' }] } },
  'gcp:firebaserules/ruleset:Ruleset': { source: { files: [{ name: 'r', content: 'service x {}' }] } },
  'gcp:firebaserules/release:Release': { name: 'cloud.firestore', rulesetName: 'projects/local/rulesets/1' },
  'gcp:cloudscheduler/job:Job': { name: 'nightly', schedule: '0 3 * * *', httpTarget: { uri: 'https://x.example' } },
};

const CONTAINER = 'template.containers[0]';

/** Short type name, path to change in the valid inputs, the planted value (undefined removes), path it is refused at. */
const MISTAKES: readonly (readonly [string, string, PropertyValue | undefined, string])[] = [
  // The contract.
  ['Service', 'ingres', 'INGRESS_TRAFFIC_ALL', 'ingres'],
  ['Service', `${CONTAINER}.comands`, ['node'], `${CONTAINER}.comands`],
  [
    'Service',
    `${CONTAINER}.envs[1].valueSource.secretKeyRef.versoin`,
    '1',
    `${CONTAINER}.envs[1].valueSource.secretKeyRef.versoin`,
  ],
  ['Service', 'ingress', 'INGRESS_TRAFFIC_EVERYTHING', 'ingress'],
  ['Service', 'location', undefined, 'location'],
  ['Service', `${CONTAINER}.image`, undefined, `${CONTAINER}.image`],
  ['Service', 'template.containers', { image: 'x' }, 'template.containers'],
  ['Service', 'template.maxInstanceRequestConcurrency', 'many', 'template.maxInstanceRequestConcurrency'],
  ['Service', 'labels', ['a'], 'labels'],
  ['Bucket', 'rpo', 'TURBO', 'rpo'],
  ['Bucket', 'deletionPolicy', 'KEEP', 'deletionPolicy'],
  ['Database', 'type', 'NATIVE', 'type'],
  ['Index', 'fields[1].order', 'DOWN', 'fields[1].order'],
  ['Job', 'httpTarget.httpMethod', 'FETCH', 'httpTarget.httpMethod'],
  ['Job', 'retryConfg', { retryCount: 1 }, 'retryConfg'],
  // Rules across fields.
  ['Service', 'template.containers', [], 'template.containers'],
  ['Service', 'name', 'Greeter', 'name'],
  ['Service', `${CONTAINER}.baseImageUri`, undefined, `${CONTAINER}.baseImageUri`],
  ['Service', `${CONTAINER}.sourceCode`, {}, `${CONTAINER}.sourceCode.cloudStorageSource`],
  ['Service', `${CONTAINER}.envs[0].name`, 'PORT', `${CONTAINER}.envs[0].name`],
  ['Service', `${CONTAINER}.envs[0].name`, 'B', `${CONTAINER}.envs[1].name`],
  ['Service', `${CONTAINER}.envs[1].value`, 'x', `${CONTAINER}.envs[1]`],
  ['Service', `${CONTAINER}.startupProbe.tcpSocket`, { port: 1 }, `${CONTAINER}.startupProbe`],
  ['Service', `${CONTAINER}.startupProbe.timeoutSeconds`, 5, `${CONTAINER}.startupProbe.timeoutSeconds`],
  ['Service', `${CONTAINER}.startupProbe.periodSeconds`, 241, `${CONTAINER}.startupProbe.periodSeconds`],
  ['Service', `${CONTAINER}.resources.cpuIdle`, undefined, `${CONTAINER}.resources.cpuIdle`],
  ['Service', `${CONTAINER}.resources.limits.cpu`, '3', `${CONTAINER}.resources.limits.cpu`],
  ['Service', `${CONTAINER}.resources.limits.cpu`, '4', `${CONTAINER}.resources.limits.memory`],
  ['Service', `${CONTAINER}.resources.limits.memory`, '8Gi', `${CONTAINER}.resources.limits.memory`],
  ['Service', `${CONTAINER}.resources.limits.memory`, 'much', `${CONTAINER}.resources.limits.memory`],
  ['Service', 'scaling.minInstanceCount', 3, 'scaling.minInstanceCount'],
  ['Service', 'traffics[0].percent', 90, 'traffics'],
  ['Service', 'traffics[0].revision', 'greeter-1', 'traffics[0].revision'],
  ['Service', 'template.timeout', '60', 'template.timeout'],
  ['Service', 'template.timeout', '3601s', 'template.timeout'],
  ['Service', 'template.annotations', { 'run.googleapis.com/x': 'y' }, 'template.annotations["run.googleapis.com/x"]'],
  ['Service', 'project', 'somebody-elses', 'project'],
  ['ServiceIamMember', 'member', 'allUsers', 'member'],
  ['ServiceIamMember', 'name', undefined, 'name'],
  ['IAMMember', 'member', 'a@example.com', 'member'],
  ['IAMMember', 'role', 'datastore.user', 'role'],
  ['Account', 'accountId', 'me', 'accountId'],
  ['Secret', 'replication', {}, 'replication'],
  ['Secret', 'replication.userManaged', { replicas: [{ location: 'europe-west1' }] }, 'replication'],
  ['Secret', 'rotation', { rotationPeriod: '3600s', nextRotationTime: '2030-01-01T00:00:00Z' }, 'rotation'],
  ['SecretVersion', 'secretData', undefined, 'secretData'],
  ['Bucket', 'name', 'My_Bucket', 'name'],
  ['BucketObject', 'content', new Secret('x'), 'source'],
  ['Index', 'fields[0].arrayConfig', 'CONTAINS', 'fields[0]'],
  ['Field', 'indexConfig.indexes[0].arrayConfig', 'CONTAINS', 'indexConfig.indexes[0]'],
  ['Ruleset', 'source.files', [], 'source.files'],
  ['Release', 'name', 'default', 'name'],
];

describe('check', () => {
  it.each(Object.keys(VALID))('lets valid inputs of %s pass', (token) => {
    expect(check(token, VALID[token] ?? {}).problems).toStrictEqual([]);
  });

  it.each(MISTAKES)('refuses %s with %s = %j at %s', (name, path, value, refusedAt) => {
    const token = Object.keys(VALID).find((candidate) => candidate.endsWith(`:${name}`)) ?? '';
    const { problems } = check(token, planted(VALID[token] ?? {}, path, value));
    expect(problems.map((problem) => problem.path)).toStrictEqual([refusedAt]);
  });

  it('tells all problems at once, with what was meant', () => {
    const { problems } = check('gcp:storage/bucket:Bucket', { locaton: 'EU', storageClass: 'STANDART' });
    expect(problems).toStrictEqual([
      { path: 'locaton', reason: 'there is no such property (did you mean `location`?)' },
      { path: 'location', reason: 'is required' },
      {
        path: 'storageClass',
        reason:
          '"STANDART" is not one of STANDARD, MULTI_REGIONAL, REGIONAL, NEARLINE, COLDLINE, ARCHIVE (did you mean STANDARD?)',
      },
    ]);
  });

  it('does not print a secret that is no value of its set', () => {
    const { problems } = check('gcp:storage/bucket:Bucket', { location: 'EU', rpo: new Secret('hush') });
    expect(JSON.stringify(problems)).not.toContain('hush');
    expect(problems).toHaveLength(1);
  });

  it('judges no value before it is known', () => {
    const token = 'gcp:cloudrunv2/service:Service';
    const inputs: Properties = {
      name: Unknown,
      location: Unknown,
      ingress: Unknown,
      template: { containers: [Unknown] },
    };
    expect(check(token, inputs).problems).toStrictEqual([]);
    expect(check(token, { location: 'x', template: Unknown, traffics: [{ percent: Unknown }] }).problems).toStrictEqual(
      [],
    );
  });

  it('refuses a type that the package does not have', () => {
    expect(check('gcp:cloudrunv2/service:Servise', {}).problems).toMatchObject([{ path: '' }]);
  });
});

describe('names', () => {
  const token = 'gcp:storage/bucket:Bucket';

  it('are made of the program name and digits where the program gives none, and kept afterwards', () => {
    const first = check(token, { location: 'EU' }).inputs['name'];
    expect(first).toMatch(/^greeter-[0-9a-f]{7}$/);
    expect(check(token, { location: 'EU' }, { name: 'greeter-0000000' }).inputs['name']).toBe('greeter-0000000');
    expect(check(token, { location: 'EU', name: 'mine' }, { name: 'old' }).inputs['name']).toBe('mine');
  });

  it('follow the proposal of the stack where there is one', () => {
    expect(check(token, { location: 'EU' }, {}, 'proposed').inputs['name']).toBe('proposed');
  });

  it('are given to accounts and secrets in their own property, and never to bindings', () => {
    expect(check('gcp:serviceaccount/account:Account', {}).inputs['accountId']).toMatch(/^greeter-/);
    const binding = { role: 'roles/run.invoker', member: 'user:a@example.com' };
    expect(check('gcp:cloudrunv2/serviceIamMember:ServiceIamMember', binding).inputs).toStrictEqual(binding);
  });
});

function check(token: string, news: Properties, olds: Properties = {}, proposed?: string) {
  const request = { resourceName: 'greeter', urn: 'urn:x', olds, news, seed: new Uint8Array(8), proposed };
  return checkResource(token, request, contract, fakeCloud());
}

/** A deep copy with one value changed or removed. */
function planted(inputs: Properties, path: string, value: PropertyValue | undefined): Properties {
  const [first = '', ...rest] = path.split(/\.|(?=\[)/);
  const copy = (at: PropertyValue | undefined, steps: readonly string[]): PropertyValue | undefined => {
    const [step, ...more] = steps;
    if (step === undefined) return value;
    const index = /^\[(\d+)\]$/.exec(step)?.[1];
    if (index !== undefined) {
      return (at as readonly PropertyValue[]).map((item, i) =>
        i === Number(index) ? (copy(item, more) ?? null) : item,
      );
    }
    return { ...(at as Properties | undefined), [step]: copy((at as Properties | undefined)?.[step], more) };
  };
  return copy(inputs, [first, ...rest]) as Properties;
}
