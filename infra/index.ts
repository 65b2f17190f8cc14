/** The Pulumi program: what a stack of ReelBanana Credits is made of. Differences between stacks are settings (Pulumi.yaml). */
import { buckets as catalogBuckets, secrets as catalogSecrets, services } from '@reelbanana/catalog';
import { bundleServices, type Bundles } from './bundle/index.ts';
import { Buckets } from './components/buckets.ts';
import { Database } from './components/database.ts';
import { Grants } from './components/grants.ts';
import { Identity } from './components/identity.ts';
import { Secrets } from './components/secrets.ts';
import { SourceService } from './components/source-service.ts';
import type { SecretId, StackConfig } from './config.ts';
import { readFirestoreFiles } from './firestore-files.ts';
import { loadConfig, secretSetting } from './load-config.ts';
import { accountEmail, bucketName, serviceUrl } from './names.ts';
import { accountsOf, environmentOf, forEachService, needsOf } from './workload.ts';

/** Declares every resource and returns the stack's outputs. Tests hand in settings and bundles of their own. */
export default async function program(given: { config?: StackConfig; bundles?: Bundles } = {}) {
  const config = given.config ?? loadConfig();
  const bundles = given.bundles ?? (await bundleServices(config.engines));
  const { protect, region } = config;

  const identity = new Identity('identity', { accounts: accountsOf(config) });
  const database = new Database('database', {
    databaseId: config.databaseId,
    location: config.databaseLocation,
    protect,
    ...readFirestoreFiles(),
  });
  const secrets = new Secrets('secrets', {
    secrets: Object.keys(catalogSecrets) as SecretId[],
    versions: config.secretVersions,
    valueOf: secretSetting,
    protect,
  });
  const buckets = new Buckets('buckets', {
    buckets: new Map([...Object.keys(catalogBuckets), 'bundles'].map((id) => [id, bucketName(config, id)])),
    location: region,
    protect,
  });
  const grants = new Grants('grants', {
    needs: needsOf(config),
    project: config.project,
    identity,
    database,
    secrets,
    buckets,
  });
  const running = forEachService(
    (service) =>
      new SourceService(service, {
        service,
        definition: services[service],
        bundle: bundles[service],
        sources: buckets.get('bundles'),
        region,
        account: identity.email(service),
        environment: environmentOf(config, service),
        secrets,
        scale: config.scale[service],
        protect,
        after: grants.of(service),
      }),
  );

  return {
    serviceUrls: forEachService((service) => serviceUrl(config, service)),
    revisions: forEachService((service) => running[service].service.latestReadyRevision),
    accounts: Object.fromEntries(accountsOf(config).map(({ id }) => [id, accountEmail(config, id)])),
    mediaBucket: buckets.get('media').name,
    databaseId: database.database.name,
  };
}
