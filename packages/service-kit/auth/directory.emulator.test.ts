/** Both directories against the Firebase Auth emulator: Google's through firebase-admin, and the emulator's own REST API. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAuthEmulator, type Emulator } from '@reelbanana/local-cloud/emulators';
import { foundTools } from '../../../scripts/lib/tools.ts';
import { emulatorDirectory, firebaseDirectory, type UserDirectory } from './directory.ts';

const projectId = 'local';
let emulator: Emulator;
let uid: string;

const post = async (path: string, body: object): Promise<Record<string, string>> => {
  const response = await fetch(`http://${emulator.host}/identitytoolkit.googleapis.com/v1/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer owner' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, string>;
};

beforeAll(async () => {
  const { node, authEmulator } = foundTools();
  emulator = await startAuthEmulator({ node, bundle: authEmulator, projectId });
  // firebase-admin goes where this points.
  process.env['FIREBASE_AUTH_EMULATOR_HOST'] = emulator.host;
  const email = 'ada@example.com';
  ({ localId: uid = '' } = await post(`projects/${projectId}/accounts`, { email, password: 'correct horse' }));
}, 60_000);
afterAll(() => emulator.stop());

const directories: [string, () => UserDirectory][] = [
  ["Google's", () => firebaseDirectory(projectId)],
  ["the emulator's", () => emulatorDirectory(emulator.host, projectId)],
];

describe.each(directories)('%s directory', (_name, open) => {
  let directory: UserDirectory;
  beforeAll(() => {
    directory = open();
  });

  it('finds a user, and none where there is none', async () => {
    expect(await directory.find(uid)).toMatchObject({ disabled: false });
    expect(await directory.find('nobody')).toBeNull();
  });

  it('tells a disabled user and the time of a revocation at once', async () => {
    const validSince = Math.floor(Date.now() / 1000) + 5;
    await post(`projects/${projectId}/accounts:update`, {
      localId: uid,
      disableUser: true,
      validSince: `${validSince}`,
    });
    expect(await directory.find(uid)).toEqual({ disabled: true, validSinceSeconds: validSince });
    await post(`projects/${projectId}/accounts:update`, { localId: uid, disableUser: false });
    expect(await directory.find(uid)).toMatchObject({ disabled: false });
  });
});

describe('a directory that cannot be reached', () => {
  it('is an outage, not a refusal', async () => {
    await expect(emulatorDirectory('127.0.0.1:9', projectId).find(uid)).rejects.toMatchObject({ code: 'OVERLOADED' });
  });
});
