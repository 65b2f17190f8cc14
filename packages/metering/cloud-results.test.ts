// The result store over Cloud Storage: Google's own client, the local storage API, this workload's identity.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApiOrigin } from '../local-cloud/runtime/api.ts';
import { createIam, serviceAccountMember } from '../local-cloud/runtime/iam.ts';
import { startMetadataServer } from '../local-cloud/runtime/metadata.ts';
import { createBucketStore } from '../local-cloud/runtime/storage/store.ts';
import { createTokenIssuer } from '../local-cloud/runtime/tokens.ts';
import { cloudResults } from './cloud-results.ts';
import { pendingName, resultName, type ResultStore } from './results.ts';

const email = 'narrate@local.iam.gserviceaccount.com';
const folder = mkdtempSync(join(tmpdir(), 'results-'));
const store = createBucketStore(folder);
const iam = createIam('local');
const tokens = createTokenIssuer();
const stops: (() => Promise<unknown>)[] = [];
const names = ['LOCAL_GOOGLE_API', 'GCE_METADATA_HOST', 'METADATA_SERVER_DETECTION'] as const;
const before = names.map((name) => [name, process.env[name]] as const);
let results: ResultStore;

beforeAll(async () => {
  const api = await startApiOrigin({ store, iam, tokens });
  const metadata = await startMetadataServer(
    { email, projectId: 'local', projectNumber: '1', region: 'europe-west1' },
    tokens,
  );
  stops.push(() => api.close(), () => metadata.close()); // prettier-ignore
  // What the local cloud gives to a workload.
  process.env['LOCAL_GOOGLE_API'] = `http://${api.host}`;
  process.env['GCE_METADATA_HOST'] = metadata.host;
  process.env['METADATA_SERVER_DETECTION'] = 'assume-present';
  for (const bucket of ['local-media', 'local-other']) store.create(bucket);
  iam.grant({ resource: 'buckets/local-media', role: 'roles/storage.objectUser', member: serviceAccountMember(email) });
  results = cloudResults({ bucket: 'local-media', projectId: 'local' });
});
afterAll(async () => {
  for (const stop of stops) await stop();
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  rmSync(folder, { recursive: true });
});

const facts = {
  contentType: 'audio/wav',
  fields: { seconds: 1.25, title: 'Grüße 🍌' },
  requestDigest: 'd'.repeat(64),
  credits: 3,
};

describe('results in Cloud Storage', () => {
  it('are read back whole: bytes, content type and what is said of them', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    const name = resultName('uid/with slash', 'a'.repeat(32));
    await results.put(name, facts, bytes);
    const { bytes: read, ...said } = (await results.get(name))!;
    expect(said).toEqual(facts);
    expect(Buffer.compare(await read(), bytes)).toBe(0);
    expect(store.find('local-media', `results/uid%2Fwith%20slash/${'a'.repeat(32)}`)).toMatchObject({
      contentType: 'audio/wav',
    });
  });

  it('are read without a warning of a leak that is none', async () => {
    const warnings: string[] = [];
    const hear = ({ name }: Error) => void warnings.push(name);
    // jest gives tests a copy of process, which hears no warnings.
    const real = runInThisContext('process') as typeof process;
    real.on('warning', hear);
    await results.put('pending/large', facts, new Uint8Array(1_000_000));
    expect(await (await results.get('pending/large'))!.bytes()).toHaveLength(1_000_000);
    await new Promise((done) => setImmediate(done));
    real.off('warning', hear);
    expect(warnings).toEqual([]);
  });

  it('are the bytes that were given, not the buffer around them', async () => {
    const around = Buffer.from('before-middle-after');
    await results.put('pending/view', facts, around.subarray(7, 13));
    expect(Buffer.from(await (await results.get('pending/view'))!.bytes()).toString()).toBe('middle');
  });

  it('may be put again', async () => {
    const name = pendingName('b'.repeat(32));
    await results.put(name, facts, Uint8Array.of(1));
    await results.put(name, { ...facts, credits: 4 }, Uint8Array.of(2));
    const found = (await results.get(name))!;
    expect([found.credits, [...(await found.bytes())]]).toEqual([4, [2]]);
  });

  it('that are not there are null', async () => {
    await expect(results.get(resultName('nobody', 'c'.repeat(32)))).resolves.toBeNull();
  });

  it('of a bucket that this account may not use are an error, not an absence', async () => {
    const other = cloudResults({ bucket: 'local-other', projectId: 'local' });
    await expect(other.get('results/x/y')).rejects.toMatchObject({ code: 403 });
    await expect(other.put('results/x/y', facts, Uint8Array.of(1))).rejects.toMatchObject({ code: 403 });
  });

  it('that vanish before they are read are an error', async () => {
    await results.put('pending/gone', facts, Uint8Array.of(1));
    const found = (await results.get('pending/gone'))!;
    store.removeObject('local-media', 'pending/gone');
    await expect(found.bytes()).rejects.toMatchObject({ code: 404 });
  });
});
