// The stores of checkpoints, one suite over both: a folder, and a bucket by Google's own client and the local storage API.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Storage } from '@google-cloud/storage';
import { afterAll, describe, expect, it } from '@jest/globals';
import { OAuth2Client } from 'google-auth-library';
import { startApiOrigin } from '../../local-cloud/runtime/api.ts';
import { createIam, serviceAccountMember } from '../../local-cloud/runtime/iam.ts';
import { createBucketStore } from '../../local-cloud/runtime/storage/store.ts';
import { createTokenIssuer } from '../../local-cloud/runtime/tokens.ts';
import { checkpointSigner, type Checkpoint } from './checkpoint.ts';
import { CheckpointConflict, checkpointName, folderCheckpoints, type CheckpointStore } from './checkpoints.ts';
import { cloudCheckpoints } from './cloud-checkpoints.ts';
import { privateKey } from './testing/keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'checkpoints-'));
const stops: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
  rmSync(folder, { recursive: true });
});

async function bucketStore(): Promise<CheckpointStore> {
  const email = 'audit@local.iam.gserviceaccount.com';
  const store = createBucketStore(join(folder, 'buckets'));
  const iam = createIam('local');
  const tokens = createTokenIssuer();
  const api = await startApiOrigin({ store, iam, tokens });
  stops.push(() => api.close());
  store.create('checkpoints');
  // What the audit needs and no more: it can neither replace nor delete.
  for (const role of ['roles/storage.objectCreator', 'roles/storage.objectViewer'])
    iam.grant({ resource: 'buckets/checkpoints', role, member: serviceAccountMember(email) });
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: tokens.accessToken(email).token });
  const apiEndpoint = `http://${api.host}`;
  // The type of authClient comes from another copy of the library.
  const options = { projectId: 'local', apiEndpoint, useAuthWithCustomEndpoint: true, authClient: authClient as never };
  return cloudCheckpoints(new Storage(options).bucket('checkpoints'));
}

const signer = checkpointSigner(privateKey());
const checkpoint = (walletId: string, seq: number, headHash = 'a'.repeat(64), at = 1): Checkpoint =>
  signer.sign({ env: 'p/(default)', walletId, seq, headHash, at });

describe.each<[string, () => CheckpointStore | Promise<CheckpointStore>]>([
  ['a folder', () => folderCheckpoints(mkdtempSync(join(folder, 'folder-')))],
  ['a bucket', bucketStore],
])('checkpoints in %s', (_where, open) => {
  it('are none before the first', async () => {
    const store = await open();
    expect(await store.latest('w1')).toBeNull();
    expect(await store.walletIds(undefined, 10)).toEqual([]);
  });

  it('give the one with the highest seq, in numbers and not in letters, whatever the order of writing', async () => {
    const store = await open();
    for (const seq of [9, 1_000_000, 10]) await store.put(checkpoint('w1', seq));
    await store.put(checkpoint('w10', 2_000_000));
    expect(await store.latest('w1')).toEqual(checkpoint('w1', 1_000_000));
  });

  it('are never replaced: the same head again keeps the first, another head is a conflict', async () => {
    const store = await open();
    await store.put(checkpoint('w1', 5));
    await store.put(checkpoint('w1', 5, 'a'.repeat(64), 2));
    await expect(store.put(checkpoint('w1', 5, 'b'.repeat(64)))).rejects.toBeInstanceOf(CheckpointConflict);
    expect(await store.latest('w1')).toEqual(checkpoint('w1', 5));
  });

  it('name their wallets page by page, each once', async () => {
    const store = await open();
    for (const walletId of ['c', 'a', 'b', 'b1']) for (const seq of [1, 2]) await store.put(checkpoint(walletId, seq));
    expect(await store.walletIds(undefined, 2)).toEqual(['a', 'b']);
    expect(await store.walletIds('b', 2)).toEqual(['b1', 'c']);
    expect(await store.walletIds('c', 2)).toEqual([]);
  });

  it('reach no name but their own', async () => {
    const store = await open();
    await expect(store.latest('../up')).rejects.toBeInstanceOf(RangeError);
    await expect(store.put(checkpoint('a/b', 1))).rejects.toBeInstanceOf(RangeError);
  });
});

it('is named by wallet and seq', () => {
  expect(checkpointName({ walletId: 'w1', seq: 42 })).toBe('checkpoints/w1/0000000000000042.json');
});
