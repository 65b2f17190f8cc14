import { beforeEach, describe, expect, it } from '@jest/globals';
import { AlreadyExists, NotFound, PermissionDenied } from './errors.ts';
import { createIam } from './iam.ts';
import { createSecrets } from './secrets.ts';
import type { Iam, Secrets } from './types.ts';

const READER = 'serviceAccount:credits@local.iam.gserviceaccount.com';

describe('secrets', () => {
  let iam: Iam;
  let secrets: Secrets;
  beforeEach(() => {
    iam = createIam('local');
    secrets = createSecrets('local', iam);
    secrets.create('key');
    iam.grant({ resource: 'projects/local/secrets/key', role: 'roles/secretmanager.secretAccessor', member: READER });
  });

  it('gives each version its own value, and latest the newest that is left', () => {
    expect(secrets.addVersion('key', 'one')).toBe('1');
    expect(secrets.addVersion('key', 'two')).toBe('2');
    expect(secrets.access('key', '1', READER)).toBe('one');
    expect(secrets.access('key', 'latest', READER)).toBe('two');
    secrets.removeVersion('key', '2');
    expect(secrets.access('key', 'latest', READER)).toBe('one');
    expect(() => secrets.access('key', '2', READER)).toThrow(NotFound);
  });

  it('never gives a version number out twice', () => {
    secrets.addVersion('key', 'one');
    secrets.removeVersion('key', '1');
    expect(secrets.addVersion('key', 'again')).toBe('2');
  });

  it('refuses who holds no role, naming role, principal and resource, and never the value', () => {
    secrets.addVersion('key', 'hunter2');
    const stranger = 'serviceAccount:narrate@local.iam.gserviceaccount.com';
    const read = () => secrets.access('key', '1', stranger);
    expect(read).toThrow(PermissionDenied);
    expect(read).toThrow(/narrate@local.*projects\/local\/secrets\/key.*roles\/secretmanager\.secretAccessor/);
    expect(read).not.toThrow(/hunter2/);
    expect(() => secrets.access('no-such-secret', '1', stranger)).toThrow(PermissionDenied);
  });

  it('knows what exists', () => {
    expect(() => secrets.create('key')).toThrow(AlreadyExists);
    expect(() => secrets.addVersion('nothing', 'x')).toThrow(NotFound);
    expect(() => secrets.access('key', 'latest', READER)).toThrow(NotFound);
    secrets.remove('key');
    secrets.remove('key');
    expect(() => secrets.access('key', '1', READER)).toThrow(NotFound);
  });
});
