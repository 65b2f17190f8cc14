// What follows from `uses`: the environment of each service, who may call it, and which roles its account needs.
import { describe, expect, it } from '@jest/globals';
import { parseConfig } from './config.ts';
import { devConfig, localConfig, servicesWithTestEngine } from './testing/stacks.ts';
import { accountsOf, allowedAccounts, environmentOf, needsOf } from './workload.ts';

const local = parseConfig(localConfig());
const dev = parseConfig(devConfig(), servicesWithTestEngine);

describe('the environment of a service', () => {
  it('says where everything is that it uses, and names the secret instead of its value', () => {
    expect(environmentOf(local, 'credits')).toEqual([
      { name: 'PROJECT_ID', value: 'local' },
      { name: 'STACK', value: 'local' },
      { name: 'SERVICE', value: 'credits' },
      { name: 'SERVICE_URL', value: 'http://127.0.0.1:41001' },
      {
        name: 'ALLOWED_ACCOUNTS',
        value: 'narrate=narrate@local.iam.gserviceaccount.com,loadtest=loadtest@local.iam.gserviceaccount.com',
      },
      { name: 'LOAD_TESTS', value: 'true' },
      { name: 'FIRESTORE_DATABASE', value: '(default)' },
      { name: 'ACTOR_PSEUDONYM_KEY', secret: 'actor-pseudonym-key' },
      { name: 'QUOTE_SIGNING_KEY', secret: 'quote-signing-key' },
    ]);
  });

  it('follows the stack: another project, other URLs, another engine', () => {
    expect(environmentOf(dev, 'narrate')).toEqual([
      { name: 'PROJECT_ID', value: 'reelbanana-dev' },
      { name: 'STACK', value: 'dev' },
      { name: 'SERVICE', value: 'narrate' },
      { name: 'SERVICE_URL', value: 'https://narrate-210000000000.us-central1.run.app' },
      { name: 'LOAD_TESTS', value: 'true' },
      { name: 'NARRATION_ENGINE', value: 'test-voice' },
      { name: 'SERVICE_URL_CREDITS', value: 'https://credits-210000000000.us-central1.run.app' },
      { name: 'BUCKET_MEDIA', value: 'reelbanana-dev-media' },
    ]);
  });
});

describe('the account of the load tests', () => {
  const without = parseConfig(localConfig({ 'reelbanana:loadTests': 'false' }));

  it('exists and may call credits only where the stack has load tests', () => {
    expect(accountsOf(local).map(({ id }) => id)).toEqual(['credits', 'narrate', 'loadtest']);
    expect(accountsOf(without).map(({ id }) => id)).toEqual(['credits', 'narrate']);
    expect(allowedAccounts(without, 'credits')).toBe('narrate=narrate@local.iam.gserviceaccount.com');
  });

  it('needs no role: a public service checks its callers itself', () => {
    expect(needsOf(local).filter(({ account }) => account === 'loadtest')).toEqual([]);
  });
});
