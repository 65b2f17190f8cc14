// The program of the system test: a bakery, nothing of this repository's product. Environment FLAW turns faults on.

/** index.ts of the Pulumi project. */
export const PROGRAM = `
import * as pulumi from '@pulumi/pulumi';
import * as gcp from '@pulumi/gcp';

const config = new pulumi.Config();
const flaw = process.env.FLAW;
const greeting = process.env.GREETING ?? 'good morning';
if (flaw === 'project') {
  const other = new gcp.Provider('other', { project: 'bakery-prod' });
  new gcp.storage.Bucket('elsewhere', { location: 'EU' }, { provider: other });
}
const account = new gcp.serviceaccount.Account('baker', { accountId: 'baker-of-the-test' });
const bucket = new gcp.storage.Bucket('flour', { location: 'EU', forceDestroy: true });
const secret = new gcp.secretmanager.Secret('yeast', { secretId: 'yeast', replication: { auto: {} } });
const version = new gcp.secretmanager.SecretVersion('yeast', {
  secret: secret.id,
  secretData: config.requireSecret('yeast'),
});
const reader = new gcp.secretmanager.SecretIamMember('yeast-baker', {
  secretId: secret.id,
  role: 'roles/secretmanager.secretAccessor',
  member: account.member,
});
new gcp.storage.BucketIAMMember('flour-baker', {
  bucket: bucket.name,
  role: 'roles/storage.objectUser',
  member: account.member,
});
new gcp.projects.IAMMember('baker-database', { project: 'local', role: 'roles/datastore.user', member: account.member });
new gcp.storage.BucketObject('note', { bucket: bucket.name, name: 'note.txt', content: greeting });
const bundle = new gcp.storage.BucketObject('bundle', {
  bucket: bucket.name,
  name: 'bundle.tar.gz',
  source: new pulumi.asset.FileAsset('bundle.tar.gz'),
});
const database = new gcp.firestore.Database('orders', {
  name: '(default)',
  locationId: 'eur3',
  type: 'FIRESTORE_NATIVE',
  deletionPolicy: 'DELETE',
});
const ruleset = new gcp.firebaserules.Ruleset('rules', {
  source: { files: [{ name: 'firestore.rules', content: config.require('rules') }] },
});
new gcp.firebaserules.Release('rules', { name: 'cloud.firestore', rulesetName: ruleset.name }, { dependsOn: database });
new gcp.firestore.Index('orders', {
  database: database.name,
  collection: 'orders',
  fields: [{ fieldPath: 'day', order: 'ASCENDING' }, { fieldPath: 'bread', order: 'DESCENDING' }],
});
new gcp.cloudscheduler.Job('nightly', { region: 'europe-west1', schedule: '0 3 * * *', httpTarget: { uri: 'https://bakery.example' } });
const bakery = new gcp.cloudrunv2.Service('bakery', {
  name: 'bakery',
  location: 'europe-west1',
  invokerIamDisabled: true,
  deletionProtection: false,
  template: {
    serviceAccount: account.email,
    containers: [{
      image: 'scratch',
      baseImageUri: 'nodejs24',
      sourceCode: { cloudStorageSource: { bucket: bucket.name, object: bundle.name } },
      commands: ['node'],
      args: ['index.cjs'],
      ...(flaw === 'typo' ? { enviroment: [] } : {}),
      envs: [
        { name: 'GREETING', value: greeting },
        { name: 'FLAW', value: flaw === 'crash' || flaw === 'hang' ? flaw : '' },
        { name: 'YEAST', valueSource: { secretKeyRef: { secret: secret.secretId, version: version.version } } },
      ],
      startupProbe: { httpGet: { path: '/ready' }, periodSeconds: 1, failureThreshold: 8 },
    }],
  },
}, { dependsOn: reader });

export const url = bakery.uri;
export const baker = account.email;
export const projectNumber = gcp.organizations.getProjectOutput({}).number;
`;

/** index.cjs of the bundle. */
export const BAKERY = `
if (process.env.FLAW === 'crash') {
  console.error('the oven is cold');
  process.exit(3);
}
if (process.env.FLAW === 'hang') setInterval(() => {}, 1000);
else require('node:http')
  .createServer((req, res) => res.end(req.url === '/ready' ? 'ready' : process.env.GREETING + ', ' + process.env.YEAST.length + ' g'))
  .listen(Number(process.env.PORT));
`;

/** Security rules that let anybody read loaves. */
export const RULES =
  "rules_version = '2'; service cloud.firestore { match /databases/{d}/documents { match /loaves/{id} { allow read: if true; } } }";
