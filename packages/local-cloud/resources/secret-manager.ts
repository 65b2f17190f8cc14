// gcp.secretmanager: secrets, their versions (kept in memory only) and who may read them.
import { derive } from '../provider/property-values.ts';
import { iamMember } from './iam-member.ts';
import type { IamMemberInputs } from './iam-member.ts';
import { lastSegment, resourceType } from './resource.ts';
import { atMostOne, exactlyOne, isSet, known, matches } from './rules.ts';

interface SecretInputs {
  readonly secretId: string;
  readonly replication: { readonly auto?: object; readonly userManaged?: object };
  readonly rotation?: { readonly rotationPeriod?: string; readonly nextRotationTime?: string };
  readonly topics?: readonly object[];
  readonly ttl?: string;
  readonly expireTime?: string;
  readonly deletionProtection?: boolean;
}

export const secret = resourceType<SecretInputs>({
  token: 'gcp:secretmanager/secret:Secret',
  replaceOn: ['secretId', 'project', 'replication', 'tags'],
  rules(inputs) {
    const args = known(inputs);
    if (!args) return [];
    const replication = known(args.replication);
    const rotation = known(args.rotation);
    return [
      ...matches('secretId', args.secretId, /^[A-Za-z0-9_-]{1,255}$/, 'must have 1 to 255 letters, digits, _ or -'),
      ...(replication
        ? exactlyOne('replication', { auto: replication.auto, userManaged: replication.userManaged })
        : []),
      ...atMostOne('expireTime', { ttl: args.ttl, expireTime: args.expireTime }),
      ...(rotation && !isSet(args.topics) ? [{ path: 'rotation', reason: 'needs topics to announce it on' }] : []),
      ...(rotation && isSet(rotation.rotationPeriod) && !isSet(rotation.nextRotationTime)
        ? [{ path: 'rotation.rotationPeriod', reason: 'needs nextRotationTime' }]
        : []),
    ];
  },
  id: ({ secretId }, cloud) => `projects/${cloud.projectId}/secrets/${secretId}`,
  outputs: (inputs, cloud) => ({
    name: derive`projects/${cloud.projectNumber}/secrets/${inputs['secretId']}`,
    effectiveAnnotations: inputs['annotations'] ?? {},
    deletionProtection: inputs['deletionProtection'] ?? false,
  }),
  knownAfter: ['createTime'],
  create({ inputs, cloud }) {
    cloud.runtime.secrets.create(inputs.secretId);
    return { createTime: new Date().toISOString() };
  },
  remove({ inputs, cloud }) {
    if (inputs.deletionProtection === true) throw new Error(`secret ${inputs.secretId} has deletionProtection`);
    cloud.runtime.secrets.remove(inputs.secretId);
  },
});

interface SecretVersionInputs {
  readonly secret: string;
  readonly secretData?: string;
  readonly secretDataWo?: string;
  readonly secretDataWoVersion?: number;
  readonly isSecretDataBase64?: boolean;
  readonly enabled?: boolean;
}

export const secretVersion = resourceType<SecretVersionInputs>({
  token: 'gcp:secretmanager/secretVersion:SecretVersion',
  replaceOn: ['secret', 'secretData', 'secretDataWo', 'secretDataWoVersion', 'isSecretDataBase64'],
  rules(inputs) {
    const args = known(inputs);
    if (!args) return [];
    return exactlyOne('secretData', { secretData: args.secretData, secretDataWo: args.secretDataWo });
  },
  outputs: (inputs) => ({ enabled: inputs['enabled'] ?? true }),
  knownAfter: ['version', 'name', 'createTime'],
  create({ inputs, cloud, warn }) {
    const data = inputs.secretData ?? inputs.secretDataWo ?? '';
    const value = inputs.isSecretDataBase64 === true ? Buffer.from(data, 'base64').toString('utf8') : data;
    if (inputs.enabled === false) warn('enabled: false is recorded only: the local cloud serves the version');
    const secretId = lastSegment(inputs.secret);
    const version = cloud.runtime.secrets.addVersion(secretId, value);
    const name = `projects/${cloud.projectNumber}/secrets/${secretId}/versions/${version}`;
    return { id: name, name, version, createTime: new Date().toISOString() };
  },
  remove({ inputs, cloud, id }) {
    cloud.runtime.secrets.removeVersion(lastSegment(inputs.secret), lastSegment(id));
  },
});

interface SecretIamMemberInputs extends IamMemberInputs {
  readonly secretId: string;
}

export const secretIamMember = resourceType<SecretIamMemberInputs>(
  iamMember(
    'gcp:secretmanager/secretIamMember:SecretIamMember',
    ['secretId', 'project'],
    ({ secretId }, cloud) => `projects/${cloud.projectId}/secrets/${lastSegment(secretId)}`,
  ),
);
