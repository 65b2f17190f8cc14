// IAM in memory: bindings on a resource or on what contains it, and which predefined roles carry a permission.
import { PermissionDenied } from './errors.ts';
import type { Binding, Iam } from './types.ts';

/** Only what the local cloud enforces; from Google's list of predefined roles. Primitive roles give nothing here. */
const ROLES_WITH: Readonly<Record<string, readonly string[]>> = {
  'secretmanager.versions.access': ['roles/secretmanager.secretAccessor', 'roles/secretmanager.admin'],
  'storage.buckets.get': ['roles/storage.admin', 'roles/storage.legacyBucketReader', 'roles/storage.legacyBucketOwner'],
  'storage.objects.create': [
    'roles/storage.objectUser',
    'roles/storage.objectCreator',
    'roles/storage.objectAdmin',
    'roles/storage.admin',
  ],
  'storage.objects.get': [
    'roles/storage.objectUser',
    'roles/storage.objectViewer',
    'roles/storage.objectAdmin',
    'roles/storage.admin',
  ],
  'storage.objects.list': [
    'roles/storage.objectUser',
    'roles/storage.objectViewer',
    'roles/storage.objectAdmin',
    'roles/storage.admin',
  ],
  'storage.objects.delete': ['roles/storage.objectUser', 'roles/storage.objectAdmin', 'roles/storage.admin'],
  'storage.objects.update': ['roles/storage.objectUser', 'roles/storage.objectAdmin', 'roles/storage.admin'],
};

/** Any caller, and any caller that has proved who it is: Google's two special members. */
const EVERYONE = ['allUsers', 'allAuthenticatedUsers'];

export function createIam(projectId: string): Iam {
  const project = `projects/${projectId}`;
  const bindings = new Map<string, Binding>();
  const keyOf = (b: Binding) => JSON.stringify([b.resource, b.role, b.member]);
  return {
    grant: (binding) => void bindings.set(keyOf(binding), { ...binding }),
    revoke: (binding) => void bindings.delete(keyOf(binding)),
    holds: (member, role, resource) =>
      containers(resource, project).some((on) =>
        [member, ...EVERYONE].some((who) => bindings.has(keyOf({ resource: on, role, member: who }))),
      ),
    bindings: () => [...bindings.values()],
  };
}

/** Throws PermissionDenied, naming the roles that would do, unless the member holds one that carries the permission. */
export function requirePermission(iam: Iam, member: string, permission: string, resource: string): void {
  const roles = ROLES_WITH[permission];
  if (roles === undefined) throw new Error(`no role is known to carry ${permission}`);
  if (roles.some((role) => iam.holds(member, role, resource))) return;
  throw new PermissionDenied(
    `${bareMember(member)} does not have ${permission} access to ${resource}: grant it ${roles[0]} there` +
      ` (or one of ${roles.slice(1).join(', ')}).`,
  );
}

export function serviceAccountMember(email: string): string {
  return `serviceAccount:${email}`;
}

function bareMember(member: string): string {
  return member.slice(member.indexOf(':') + 1);
}

/** The resource and everything around it that may carry a binding for it; every resource is inside the project. */
function containers(resource: string, project: string): string[] {
  const parts = resource.split('/');
  const around: string[] = [];
  // Collections and ids alternate, so only even lengths name a resource.
  for (let length = parts.length - (parts.length % 2); length >= 2; length -= 2)
    around.push(parts.slice(0, length).join('/'));
  return around.includes(project) ? around : [...around, project];
}
