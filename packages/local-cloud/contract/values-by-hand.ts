// Closed sets that the documentation of @pulumi/gcp tells only in free prose, and sets that it tells incompletely.
// Keys: `TOKEN#property` for a resource's own inputs, `namespace.Object#property` for nested ones.

const DELETION_POLICY = ['DELETE', 'ABANDON', 'PREVENT'];

const VALUES: Readonly<Record<string, readonly string[] | 'any'>> = {
  'gcp:storage/bucket:Bucket#rpo': ['DEFAULT', 'ASYNC_TURBO'],
  'gcp:storage/bucket:Bucket#publicAccessPrevention': ['inherited', 'enforced'],
  'gcp:storage/bucket:Bucket#storageClass': [
    'STANDARD',
    'MULTI_REGIONAL',
    'REGIONAL',
    'NEARLINE',
    'COLDLINE',
    'ARCHIVE',
  ],
  // "Supported values include" leaves out STANDARD, which the API takes.
  'gcp:storage/bucketObject:BucketObject#storageClass': [
    'STANDARD',
    'MULTI_REGIONAL',
    'REGIONAL',
    'NEARLINE',
    'COLDLINE',
    'ARCHIVE',
  ],
  'gcp:firestore/database:Database#type': ['FIRESTORE_NATIVE', 'DATASTORE_MODE'],
  'cloudrunv2.ServiceTemplateContainerPorts#name': ['http1', 'h2c'],
  'cloudscheduler.JobHttpTarget#httpMethod': ['POST', 'GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'],
};

/** The set of a property by hand; `any` means that what the documentation seems to say is no closed set. */
export function valuesByHand(owner: string, property: string): readonly string[] | 'any' | undefined {
  // Every type's own `deletionPolicy` is the same field of the Terraform provider.
  if (property === 'deletionPolicy' && owner.includes(':')) return DELETION_POLICY;
  return VALUES[`${owner}#${property}`];
}
