import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';

export interface BucketsArgs {
  /** Bucket by the name that `uses` give it, with its name in Google Cloud. */
  readonly buckets: ReadonlyMap<string, string>;
  readonly location: string;
  /** Refuse to delete buckets that hold objects. */
  readonly protect: boolean;
}

/** Buckets that can never become public: access by IAM alone, public access prevented. */
export class Buckets extends pulumi.ComponentResource {
  readonly #buckets: ReadonlyMap<string, gcp.storage.Bucket>;

  constructor(name: string, args: BucketsArgs, options?: pulumi.ComponentResourceOptions) {
    super('reelbanana:infra:Buckets', name, {}, options);
    this.#buckets = new Map([...args.buckets].map(([id, bucket]) => [id, this.#bucket(name, id, bucket, args)]));
    this.registerOutputs({ names: [...args.buckets.values()] });
  }

  /** The bucket of that name. Throws when the catalog names one that was not declared. */
  get(id: string): gcp.storage.Bucket {
    const bucket = this.#buckets.get(id);
    if (!bucket) throw new Error(`no bucket ${id}: the catalog declares buckets, one line each`);
    return bucket;
  }

  #bucket(name: string, id: string, bucket: string, { location, protect }: BucketsArgs): gcp.storage.Bucket {
    return new gcp.storage.Bucket(
      `${name}-${id}`,
      {
        name: bucket,
        location: location.toUpperCase(), // Google answers in capitals: anything else is a difference for ever
        uniformBucketLevelAccess: true,
        publicAccessPrevention: 'enforced',
        forceDestroy: !protect,
      },
      { parent: this, protect },
    );
  }
}
