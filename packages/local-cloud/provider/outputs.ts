// What a resource shows to the program: every output of its schema, so that a preview knows whatever can be known.
// An output that is not returned is unknown in every preview, and its dependents show changes that are none.
import type { ResourceContract } from '../contract/contract.ts';
import type { Cloud, ResourceType } from '../resources/resource.ts';
import { Unknown } from './property-values.ts';
import type { Properties, PropertyValue } from './property-values.ts';

export interface OutputRequest {
  readonly contract: ResourceContract;
  readonly type: ResourceType | undefined;
  readonly cloud: Cloud;
  readonly inputs: Properties;
  /** Outputs before an update; undefined for a creation. */
  readonly olds?: Properties;
}

/** Outputs after an operation; `made` is what only the operation could tell. */
export function outputsAfter(request: OutputRequest, made: Properties): Properties {
  const { contract, olds = {} } = request;
  return { ...emptyOutputs(contract), ...keptOutputs(contract, olds), ...derivedOutputs(request), ...made };
}

/** Outputs as a preview foresees them: what only the operation can tell is unknown. */
export function outputsForeseen(request: OutputRequest): Properties {
  const { type, olds } = request;
  const outputs: Record<string, PropertyValue | undefined> = { ...outputsAfter(request, {}) };
  for (const name of type?.knownAfter ?? []) {
    // What the program sets itself is known; when a thing was made does not change.
    if (request.inputs[name] == null && !(olds && name === 'createTime')) outputs[name] = Unknown;
  }
  return outputs;
}

function emptyOutputs(contract: ResourceContract): Properties {
  return Object.fromEntries(contract.outputs.map((name): [string, PropertyValue] => [name, null]));
}

/** An update keeps what is not an input: times, unique ids. */
function keptOutputs(contract: ResourceContract, olds: Properties): Properties {
  return Object.fromEntries(
    contract.outputs
      .filter((name) => !contract.inputs.has(name) && olds[name] !== undefined)
      .map((name) => [name, olds[name]]),
  );
}

function derivedOutputs({ contract, type, cloud, inputs, olds = {} }: OutputRequest): Properties {
  const labels = inputs['labels'] ?? {};
  const derived: Record<string, PropertyValue | undefined> = {
    project: cloud.projectId,
    effectiveLabels: labels,
    pulumiLabels: labels,
    ...inputs,
    ...type?.outputs?.(inputs, cloud),
  };
  for (const [name, value] of Object.entries(derived)) {
    if (!contract.outputs.includes(name)) Reflect.deleteProperty(derived, name);
    // A URL that was learnt at the first run stays.
    else if (value === Unknown && inputs[name] === undefined && olds[name] != null) derived[name] = olds[name];
  }
  return derived;
}
