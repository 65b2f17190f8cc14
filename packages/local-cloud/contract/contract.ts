// The contract of a provider's resources: which inputs exist, which are required, of which type, with which values.

export type PropertyType =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'any' }
  | { readonly kind: 'list' | 'map'; readonly of: PropertyType }
  /** A nested object, by its qualified name (`cloudrunv2.ServiceTemplate`). */
  | { readonly kind: 'object'; readonly name: string };

export interface PropertyContract {
  readonly type: PropertyType;
  readonly required: boolean;
  /** The documented values of a closed set. */
  readonly values?: readonly string[];
}
export type ObjectContract = ReadonlyMap<string, PropertyContract>;

export interface ResourceContract {
  /** For example `gcp:cloudrunv2/service:Service`. */
  readonly token: string;
  readonly inputs: ObjectContract;
  /** Every property that the program can read. */
  readonly outputs: readonly string[];
}

export interface Contract {
  /** The provider package's version that it was read from. */
  readonly version: string;
  /** Undefined when the package has no such type. */
  resource(token: string): ResourceContract | undefined;
  /** Undefined when the package has no such object. */
  object(name: string): ObjectContract | undefined;
}

/** One thing that is wrong with a resource's inputs. */
export interface Problem {
  /** The property's path; empty for the resource as a whole. */
  readonly path: string;
  readonly reason: string;
}
