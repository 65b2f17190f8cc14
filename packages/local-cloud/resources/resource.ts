// What a resource type is to the local cloud: how its inputs become something that runs, and what the program reads back.
import type { Problem } from '../contract/contract.ts';
import type { Properties, Unknown } from '../provider/property-values.ts';
import type { Runtime } from '../runtime/types.ts';
import type { World } from './world.ts';

/** The place that resources are made in. */
export interface Cloud {
  readonly runtime: Runtime;
  readonly world: World;
  readonly projectId: string;
  readonly projectNumber: string;
  readonly region: string;
  /** Where relative paths of assets start. */
  readonly programDir?: string | undefined;
  /** Cloud Run service name -> the URL it is given; others learn theirs when they run. */
  readonly serviceUrls: Readonly<Record<string, string>>;
}

/** One create, update or delete. */
export interface Operation<Inputs> {
  /** All known, secrets unwrapped: checked against the contract before. */
  readonly inputs: Inputs;
  readonly cloud: Cloud;
  readonly id: string;
  /** A live line under the resource while it is being worked on. */
  readonly progress: (line: string) => void;
  /** A line that stays in the operation's diagnostics. */
  readonly warn: (line: string) => void;
  /** Aborted when the person cancels: what takes long should give up. The engine sends a cancel after every operation too. */
  readonly signal: AbortSignal;
}

/** Inputs as a check sees them: any part may still be unknown. */
export type Unchecked<T> =
  | Unknown
  | (T extends readonly (infer Item)[]
      ? readonly Unchecked<Item>[]
      : T extends object
        ? { readonly [Name in keyof T]: Unchecked<T[Name]> }
        : T);

/** A resource type. All inputs below are plain; `Properties` may hold secrets and unknowns. */
export interface ResourceType<Inputs = unknown> {
  /** For example `gcp:storage/bucket:Bucket`. */
  readonly token: string;
  /** Input paths whose change replaces the resource; the type declarations do not tell them. */
  readonly replaceOn: readonly string[];
  /** Outputs whose value is known only once the operation ran; all others follow from inputs. */
  readonly knownAfter?: readonly string[];
  /** Rules across fields. */
  rules?(inputs: Unchecked<Inputs>, cloud: Cloud): readonly Problem[];
  /** Google's id of the resource, where it follows from inputs; else `create` answers with an output `id`. */
  id?(inputs: Inputs, cloud: Cloud): string;
  /** The outputs that follow from inputs alone, in previews too. */
  outputs?(inputs: Properties, cloud: Cloud): Properties;
  /** Makes it. The answer's outputs join those that follow from inputs. Throws, and then nothing may be left of it. */
  create?(operation: Operation<Inputs>): Promise<Properties> | Properties;
  /** Changes it in place; without it, a change is recorded only. Throws when what stands is not what was asked for. */
  update?(operation: Operation<Inputs> & { readonly olds: Inputs }): Promise<Properties> | Properties;
  /** Clears away a creation that was cancelled half-way; must be repeatable. Needed only where creating takes long. */
  undo?(operation: Operation<Inputs>): Promise<void> | void;
  /** Removes it; must be repeatable. Throws when it refuses. */
  remove?(operation: Operation<Inputs>): Promise<void> | void;
  /** False when something else has removed it meanwhile. */
  exists?(operation: Operation<Inputs>): boolean;
  /** What `deletionPolicy` means when it is absent. */
  readonly defaultDeletionPolicy?: 'DELETE' | 'ABANDON';
}

/** Declares a resource type with its inputs' shape. The contract check vouches for the shape at run time. */
export function resourceType<Inputs>(type: ResourceType<Inputs>): ResourceType {
  return type;
}

/** The last part of a resource name: `projects/local/secrets/x` -> `x`. */
export function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
