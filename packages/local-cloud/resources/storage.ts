// gcp.storage: buckets, objects (their sources may be files, texts and archives) and who may use them.
import { createHash } from 'node:crypto';
import type { Asset, Properties } from '../provider/property-values.ts';
import { derive } from '../provider/property-values.ts';
import { crc32c, crc32cBase64 } from '../runtime/storage/crc32c.ts';
import { readAsset } from './assets.ts';
import { iamMember } from './iam-member.ts';
import type { IamMemberInputs } from './iam-member.ts';
import { lastSegment, resourceType } from './resource.ts';
import type { Operation } from './resource.ts';
import { exactlyOne, known, matches } from './rules.ts';

interface BucketInputs {
  readonly name: string;
  readonly location: string;
  readonly forceDestroy?: boolean;
}

export const bucket = resourceType<BucketInputs>({
  token: 'gcp:storage/bucket:Bucket',
  replaceOn: [
    'name',
    'location',
    'project',
    'customPlacementConfig.dataLocations',
    'enableObjectRetention',
    'hierarchicalNamespace',
  ],
  rules: (inputs) => [
    ...matches(
      'name',
      known(inputs)?.name,
      /^(?!goog)(?!.*google)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/,
      'must have 3 to 63 lower-case letters, digits, dashes, dots and underscores, and nothing of google',
    ),
  ],
  id: ({ name }) => name,
  outputs: (inputs, cloud) => ({
    url: derive`gs://${inputs['name']}`,
    selfLink: derive`https://www.googleapis.com/storage/v1/b/${inputs['name']}`,
    projectNumber: Number(cloud.projectNumber),
    storageClass: inputs['storageClass'] ?? 'STANDARD',
    publicAccessPrevention: inputs['publicAccessPrevention'] ?? 'inherited',
    uniformBucketLevelAccess: inputs['uniformBucketLevelAccess'] ?? false,
    forceDestroy: inputs['forceDestroy'] ?? false,
  }),
  knownAfter: ['timeCreated', 'updated'],
  create({ inputs, cloud }) {
    cloud.runtime.buckets.create(inputs.name);
    const now = new Date().toISOString();
    return { timeCreated: now, updated: now };
  },
  update: () => ({ updated: new Date().toISOString() }),
  remove: ({ inputs, cloud }) => {
    cloud.runtime.buckets.remove(inputs.name, inputs.forceDestroy === true);
  },
});

interface BucketObjectInputs {
  readonly bucket: string;
  readonly name: string;
  readonly source?: Asset;
  readonly content?: string;
  readonly contentType?: string;
}

export const bucketObject = resourceType<BucketObjectInputs>({
  token: 'gcp:storage/bucketObject:BucketObject',
  // As the real provider: a new `content` is a new generation of the object, a new `source` is a replacement.
  replaceOn: [
    'bucket',
    'name',
    'source',
    'cacheControl',
    'contentDisposition',
    'contentEncoding',
    'contentLanguage',
    'contentType',
    'forceEmptyContentType',
    'storageClass',
    'kmsKeyName',
    'customerEncryption',
    'metadata',
  ],
  rules(inputs) {
    const args = known(inputs);
    return args ? exactlyOne('source', { source: args.source, content: args.content }) : [];
  },
  id: (inputs) => `${inputs.bucket}-${inputs.name}`,
  outputs: (inputs) => ({
    outputName: inputs['name'],
    selfLink: derive`https://www.googleapis.com/storage/v1/b/${inputs['bucket']}/o/${inputs['name']}`,
    storageClass: inputs['storageClass'] ?? 'STANDARD',
  }),
  knownAfter: ['generation', 'crc32c', 'md5hash', 'md5hexhash', 'mediaLink', 'contentType'],
  create: putObject,
  update: putObject,
  remove: ({ inputs, cloud }) => {
    cloud.runtime.buckets.removeObject(inputs.bucket, inputs.name);
  },
  exists({ inputs, cloud }) {
    try {
      cloud.runtime.buckets.get(inputs.bucket, inputs.name);
      return true;
    } catch {
      return false;
    }
  },
});

async function putObject({ inputs, cloud }: Operation<BucketObjectInputs>): Promise<Properties> {
  const bytes = inputs.source
    ? await readAsset(inputs.source, cloud.programDir)
    : Buffer.from(inputs.content ?? '', 'utf8');
  const contentType = inputs.contentType ?? (inputs.source ? 'application/octet-stream' : 'text/plain; charset=utf-8');
  cloud.runtime.buckets.put(inputs.bucket, inputs.name, bytes, contentType);
  const md5 = createHash('md5').update(bytes).digest();
  const generation = String(Date.now() * 1000);
  return {
    generation,
    crc32c: crc32cBase64(crc32c(bytes)),
    md5hash: md5.toString('base64'),
    md5hexhash: md5.toString('hex'),
    mediaLink: `${cloud.runtime.apiOrigin}/storage/v1/b/${inputs.bucket}/o/${encodeURIComponent(inputs.name)}?alt=media&generation=${generation}`,
    contentType,
  };
}

interface BucketIamMemberInputs extends IamMemberInputs {
  readonly bucket: string;
}

export const bucketIamMember = resourceType<BucketIamMemberInputs>(
  iamMember(
    'gcp:storage/bucketIAMMember:BucketIAMMember',
    ['bucket'],
    (inputs) => `buckets/${lastSegment(inputs.bucket)}`,
  ),
);
