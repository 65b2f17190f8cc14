import { describe, expect, it } from '@jest/globals';
import { PermissionDenied } from './errors.ts';
import { createIam, requirePermission } from './iam.ts';

const ALICE = 'serviceAccount:alice@local.iam.gserviceaccount.com';
const BOB = 'serviceAccount:bob@local.iam.gserviceaccount.com';
const ACCESSOR = 'roles/secretmanager.secretAccessor';
const SECRET = 'projects/local/secrets/key';

describe('holds', () => {
  const cases: [granted: string, asked: string, holds: boolean, why: string][] = [
    [SECRET, SECRET, true, 'the resource itself'],
    [SECRET, 'projects/local/secrets/other', false, 'another resource'],
    [SECRET, 'projects/local/secrets/key2', false, 'a name that only begins alike'],
    [SECRET, `${SECRET}/versions/1`, true, 'something inside the resource'],
    [SECRET, 'projects/local', false, 'what contains the resource'],
    ['projects/local', SECRET, true, 'the project that contains it'],
    ['projects/local', 'buckets/media', true, 'the project, for resources whose names do not show it'],
    ['projects/other', SECRET, false, 'another project'],
    ['buckets/media', 'buckets/media', true, 'a bucket'],
    ['buckets/media', 'services/media', false, 'another kind with the same name'],
  ];
  it.each(cases)('granted on %s, asked on %s: %s (%s)', (granted, asked, expected) => {
    const iam = createIam('local');
    iam.grant({ resource: granted, role: ACCESSOR, member: ALICE });
    expect(iam.holds(ALICE, ACCESSOR, asked)).toBe(expected);
    expect(iam.holds(BOB, ACCESSOR, asked)).toBe(false);
    expect(iam.holds(ALICE, 'roles/secretmanager.viewer', asked)).toBe(false);
  });

  it('takes the special members for everyone', () => {
    const iam = createIam('local');
    iam.grant({ resource: 'services/console', role: 'roles/run.invoker', member: 'allUsers' });
    expect(iam.holds(BOB, 'roles/run.invoker', 'services/console')).toBe(true);
  });
});

describe('bindings', () => {
  it('granting twice is granting once, and revoking ends it', () => {
    const iam = createIam('local');
    const binding = { resource: SECRET, role: ACCESSOR, member: ALICE };
    iam.grant(binding);
    iam.grant({ ...binding });
    expect(iam.bindings()).toEqual([binding]);
    iam.revoke({ ...binding });
    iam.revoke(binding);
    expect(iam.bindings()).toEqual([]);
    expect(iam.holds(ALICE, ACCESSOR, SECRET)).toBe(false);
  });
});

describe('requirePermission', () => {
  it('passes with any role that carries the permission', () => {
    const iam = createIam('local');
    iam.grant({ resource: 'buckets/media', role: 'roles/storage.objectAdmin', member: ALICE });
    expect(() => requirePermission(iam, ALICE, 'storage.objects.delete', 'buckets/media')).not.toThrow();
  });

  it('names principal, permission, resource and the role to grant', () => {
    const iam = createIam('local');
    iam.grant({ resource: 'buckets/media', role: 'roles/storage.objectViewer', member: ALICE });
    const refusal = () => requirePermission(iam, ALICE, 'storage.objects.create', 'buckets/media');
    expect(refusal).toThrow(PermissionDenied);
    expect(refusal).toThrow(
      /^alice@local\.iam\.gserviceaccount\.com .*storage\.objects\.create .*buckets\/media.*roles\/storage\.objectUser/,
    );
  });
});
