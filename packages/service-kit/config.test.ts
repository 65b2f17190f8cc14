/** The environment, read once: everything that is wrong at once, and never an emulator beside a real project. */
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { bootGuard, ConfigError, readConfig } from './config.ts';

const good = {
  SERVICE: 'credits',
  STACK: 'dev',
  PORT: '8080',
  SERVICE_URL: 'https://credits-1.europe-west1.run.app',
  PROJECT_ID: 'reelbanana-dev',
  ALLOWED_ACCOUNTS: 'narrate=narrate@p.iam.gserviceaccount.com, loadtest=loadtest@p.iam.gserviceaccount.com',
  FIRESTORE_DATABASE: '(default)',
};
const own = { FIRESTORE_DATABASE: z.string().min(1) };
const local = { ...good, PROJECT_ID: undefined, GOOGLE_CLOUD_PROJECT: 'local', STACK: 'local' };
const emulators = { FIREBASE_AUTH_EMULATOR_HOST: '127.0.0.1:9099', FIRESTORE_EMULATOR_HOST: '127.0.0.1:8080' };

function messageOf(env: Record<string, string | undefined>): string {
  try {
    readConfig(own, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('readConfig', () => {
  it('parses what a deployed service is given', () => {
    expect(readConfig(own, good)).toMatchObject({
      service: 'credits',
      stack: 'dev',
      port: 8080,
      projectId: 'reelbanana-dev',
      allowedAccounts: new Map([
        ['narrate@p.iam.gserviceaccount.com', 'narrate'],
        ['loadtest@p.iam.gserviceaccount.com', 'loadtest'],
      ]),
      env: { FIRESTORE_DATABASE: '(default)' },
    });
  });

  it('takes nobody as allowed where no account is named', () => {
    for (const ALLOWED_ACCOUNTS of [undefined, '', ' , '])
      expect(readConfig(own, { ...good, ALLOWED_ACCOUNTS }).allowedAccounts.size).toBe(0);
  });

  it('names everything that is missing or wrong at once, and no value', () => {
    const message = messageOf({ SERVICE: 'unknown', PORT: 'eighty', ALLOWED_ACCOUNTS: 'nobody=a@b,narrate' });
    for (const part of [
      'SERVICE: ',
      'STACK is missing',
      'PORT: ',
      'SERVICE_URL is missing',
      'PROJECT_ID is missing',
      'FIRESTORE_DATABASE is missing',
      'nobody',
      'narrate',
    ]) {
      expect(message).toContain(part);
    }
    expect(message).not.toContain('eighty');
    expect(message).not.toContain('\n');
  });

  it('takes no account twice, under whatever names: one would get the rights of the other', () => {
    const ALLOWED_ACCOUNTS = 'narrate=a@p.iam.gserviceaccount.com,loadtest=a@p.iam.gserviceaccount.com';
    expect(messageOf({ ...good, ALLOWED_ACCOUNTS })).toMatch(/ALLOWED_ACCOUNTS: .*named twice/);
  });

  it('takes no port that cannot be one', () => {
    expect(messageOf({ ...good, PORT: '65536' })).toBe('PORT: must be a port number');
  });

  it('reads the emulators of the local stack', () => {
    expect(readConfig(own, { ...local, ...emulators, LOCAL_GOOGLE_API: 'http://127.0.0.1:1234' })).toMatchObject({
      projectId: 'local',
      authEmulatorHost: '127.0.0.1:9099',
      googleApiOrigin: 'http://127.0.0.1:1234',
    });
  });
});

describe('the boot guard', () => {
  it.each([...Object.keys(emulators), 'PUBSUB_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST', 'LOCAL_GOOGLE_API'])(
    'refuses %s beside any project but local',
    (name) => {
      for (const projectId of ['reelbanana-dev', 'Local', 'local-1', ' local', '']) {
        expect(bootGuard(projectId, { [name]: '127.0.0.1:1' })).toMatch(new RegExp(`refusing to start: ${name}`));
      }
      expect(bootGuard('local', { [name]: '127.0.0.1:1' })).toBeUndefined();
    },
  );

  it('speaks first, and also when the emulator variable is empty', () => {
    expect(messageOf({ ...good, ...emulators, FIRESTORE_EMULATOR_HOST: '' })).toMatch(
      /^refusing to start: FIREBASE_AUTH_EMULATOR_HOST, FIRESTORE_EMULATOR_HOST set in project "reelbanana-dev"/,
    );
  });

  it('goes by the project that the service would use', () => {
    expect(messageOf({ ...local, ...emulators, PROJECT_ID: 'reelbanana-prod' })).toMatch(/^refusing to start/);
  });

  it('is not told two projects: one of them local would let emulators in', () => {
    expect(messageOf({ ...local, ...emulators, PROJECT_ID: 'local', GOOGLE_CLOUD_PROJECT: 'reelbanana-prod' })).toMatch(
      /PROJECT_ID and GOOGLE_CLOUD_PROJECT name two projects/,
    );
  });
});
