// Secrets in memory: they live as long as the runtime and are written to no file and no log.
import { AlreadyExists, NotFound } from './errors.ts';
import { requirePermission } from './iam.ts';
import type { Iam, Secrets } from './types.ts';

interface Secret {
  versions: Map<string, string>;
  /** Numbers are never given out again, even after their version has gone. */
  lastVersion: number;
}

export function createSecrets(projectId: string, iam: Iam): Secrets {
  const secrets = new Map<string, Secret>();
  const nameOf = (id: string) => `projects/${projectId}/secrets/${id}`;
  const find = (id: string): Secret => {
    const secret = secrets.get(id);
    if (secret === undefined) throw new NotFound(`Secret [${nameOf(id)}] not found.`);
    return secret;
  };
  return {
    create: (id) => {
      if (secrets.has(id)) throw new AlreadyExists(`Secret [${nameOf(id)}] already exists.`);
      secrets.set(id, { versions: new Map(), lastVersion: 0 });
    },
    remove: (id) => void secrets.delete(id),
    addVersion: (id, data) => {
      const secret = find(id);
      const version = String(++secret.lastVersion);
      secret.versions.set(version, data);
      return version;
    },
    removeVersion: (id, version) => void secrets.get(id)?.versions.delete(version),
    access: (id, version, member) => {
      // Permission first: who may not read learns nothing of what exists.
      requirePermission(iam, member, 'secretmanager.versions.access', nameOf(id));
      const { versions } = find(id);
      const wanted = version === 'latest' ? newest(versions) : version;
      const data = wanted === undefined ? undefined : versions.get(wanted);
      if (data === undefined) throw new NotFound(`Secret Version [${nameOf(id)}/versions/${version}] not found.`);
      return data;
    },
  };
}

function newest(versions: ReadonlyMap<string, string>): string | undefined {
  return [...versions.keys()].at(-1);
}
