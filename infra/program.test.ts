// The whole program against mocks, for stacks local and dev: the inventory of resources, and what no change may give away.
// After a wanted change: GOLDEN=write npm test -- infra/program, and review the difference.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseConfig } from './config.ts';
import { register, type Registration, type Run } from './testing/registrations.ts';
import { devConfig, localConfig, pseudonymKey, quoteKey, servicesWithTestEngine } from './testing/stacks.ts';

const stacks = {
  local: {
    config: parseConfig(localConfig()),
    secrets: { actorPseudonymKey: pseudonymKey, quoteSigningKey: quoteKey },
  },
  dev: { config: parseConfig(devConfig(), servicesWithTestEngine), secrets: {} },
};

const isGrant = ({ type }: Registration): boolean => /IAMMember$|IamMember$/.test(type);

/** What a grant says, with the resource it is on. */
function grant({ type, inputs, dependencies }: Registration): string {
  const on = dependencies.filter((name) => !name.startsWith('identity-')).join(',');
  return `${String(inputs['member'])} ${String(inputs['role'])} ${type} ${on}`;
}

const inventory = (run: Run): string =>
  run.registrations
    .map(({ type, name, parent, protect, dependencies }) =>
      [
        type,
        name,
        `parent=${parent || '-'}`,
        ...(protect ? ['protect'] : []),
        `waits=${dependencies.join(',') || '-'}`,
      ].join(' '),
    )
    .sort()
    .join('\n') + '\n';

describe.each(Object.entries(stacks))('stack %s', (stack, { config, secrets }) => {
  let run: Run;

  beforeAll(async () => {
    run = await register(config, secrets);
  });

  const ofType = (type: string): readonly Registration[] => run.registrations.filter((one) => one.type === type);

  it('registers exactly the resources of its golden inventory', () => {
    const file = join(import.meta.dirname, 'golden', `${stack}.txt`);
    if (process.env['GOLDEN'] === 'write') writeFileSync(file, inventory(run));
    expect(inventory(run)).toBe(readFileSync(file, 'utf8'));
  });

  it('gives every account the roles of its own uses and no other', () => {
    expect(run.registrations.filter(isGrant).map(grant).sort()).toEqual([
      'serviceAccount:credits@PROJECT.iam.gserviceaccount.com roles/datastore.user gcp:projects/iAMMember:IAMMember database-firestore',
      'serviceAccount:credits@PROJECT.iam.gserviceaccount.com roles/firebaseauth.viewer gcp:projects/iAMMember:IAMMember ',
      'serviceAccount:credits@PROJECT.iam.gserviceaccount.com roles/secretmanager.secretAccessor gcp:secretmanager/secretIamMember:SecretIamMember secrets-actor-pseudonym-key',
      'serviceAccount:credits@PROJECT.iam.gserviceaccount.com roles/secretmanager.secretAccessor gcp:secretmanager/secretIamMember:SecretIamMember secrets-quote-signing-key',
      'serviceAccount:narrate@PROJECT.iam.gserviceaccount.com roles/storage.objectUser gcp:storage/bucketIAMMember:BucketIAMMember buckets-media',
    ]);
  });

  it('bounds the role on the project to the one database', () => {
    const members = ofType('gcp:projects/iAMMember:IAMMember');
    const member = members.find(({ inputs }) => inputs['role'] === 'roles/datastore.user');
    const { expression } = member?.inputs['condition'] as { expression: string };
    expect(expression).toBe(`resource.name == "projects/${config.project}/databases/(default)"`);
  });

  it('lets nobody in by IAM: no allUsers, no policy or binding that replaces another, buckets never public', () => {
    expect(JSON.stringify(run.registrations)).not.toMatch(/allUsers|allAuthenticatedUsers/);
    expect(run.registrations.filter(({ type }) => /(IAM|Iam)(Policy|Binding)$/.test(type))).toEqual([]);
    for (const { inputs } of ofType('gcp:storage/bucket:Bucket')) {
      expect(inputs).toMatchObject({ uniformBucketLevelAccess: true, publicAccessPrevention: 'enforced' });
    }
  });

  it('hands secrets to workloads by reference to a numbered version, never as text', () => {
    const services = ofType('gcp:cloudrunv2/service:Service');
    for (const value of [pseudonymKey, quoteKey]) expect(JSON.stringify(services)).not.toContain(value);
    const credits = services.find(({ inputs }) => inputs['name'] === 'credits');
    const { containers } = credits?.inputs['template'] as { containers: { envs: { name: string }[] }[] };
    expect(containers[0]?.envs.find(({ name }) => name === 'ACTOR_PSEUDONYM_KEY')).toEqual({
      name: 'ACTOR_PSEUDONYM_KEY',
      valueSource: { secretKeyRef: { secret: 'actor-pseudonym-key', version: '1' } },
    });
  });

  it('runs every service as its own account, after that account has its grants', () => {
    const services = ofType('gcp:cloudrunv2/service:Service');
    expect(services.map(({ inputs }) => inputs['name']).sort()).toEqual(['credits', 'narrate']);
    for (const { inputs, dependencies } of services) {
      const name = String(inputs['name']);
      expect((inputs['template'] as { serviceAccount: string }).serviceAccount).toBe(
        `${name}@PROJECT.iam.gserviceaccount.com`,
      );
      const grants = run.registrations.filter((one) => isGrant(one) && one.name.startsWith(`grants-${name}-`));
      expect(grants.length).toBeGreaterThan(0);
      expect(dependencies).toEqual(expect.arrayContaining(grants.map((one) => one.name)));
    }
  });

  it('names no emulator and nothing that the platform sets', () => {
    const names = ofType('gcp:cloudrunv2/service:Service').flatMap(({ inputs }) => {
      const { containers } = inputs['template'] as { containers: { envs: { name: string }[] }[] };
      return containers.flatMap(({ envs }) => envs.map(({ name }) => name));
    });
    expect(names).toContain('SERVICE_URL');
    expect(names.filter((name) => /EMULATOR|METADATA|LOCAL_GOOGLE|^PORT$|^K_|GOOGLE_CLOUD_PROJECT/.test(name))).toEqual(
      [],
    );
  });
});

describe('differences between stacks', () => {
  it('are the versions of the secrets, which local alone declares, and where services are', async () => {
    const local = await register(stacks.local.config, stacks.local.secrets);
    const dev = await register(stacks.dev.config, stacks.dev.secrets);
    const types = (run: Run) => run.registrations.map(({ type, name }) => `${type} ${name}`);
    expect(types(local).filter((line) => !types(dev).includes(line))).toEqual([
      'gcp:secretmanager/secretVersion:SecretVersion secrets-actor-pseudonym-key-version',
      'gcp:secretmanager/secretVersion:SecretVersion secrets-quote-signing-key-version',
    ]);
    expect(types(dev).filter((line) => !types(local).includes(line))).toEqual([]);
    expect(local.outputs['serviceUrls']).toEqual({
      credits: 'http://127.0.0.1:41001',
      narrate: 'http://127.0.0.1:41002',
    });
    expect(dev.outputs['serviceUrls']).toEqual({
      credits: 'https://credits-210000000000.us-central1.run.app',
      narrate: 'https://narrate-210000000000.us-central1.run.app',
    });
  });

  it('are protection: a protected stack refuses to lose what cannot be made again', async () => {
    const config = parseConfig(devConfig({ 'reelbanana:protect': 'true' }), servicesWithTestEngine);
    const { registrations } = await register(config);
    const kept = registrations.filter(({ protect }) => protect).map(({ name }) => name);
    expect(kept.sort()).toEqual(
      [
        'database-firestore',
        'buckets-bundles',
        'buckets-media',
        'credits-run',
        'narrate-run',
        'secrets-actor-pseudonym-key',
        'secrets-quote-signing-key',
      ].sort(),
    );
    const service = registrations.find(({ name }) => name === 'credits-run');
    expect(service?.inputs['deletionProtection']).toBe(true);
  });
});
