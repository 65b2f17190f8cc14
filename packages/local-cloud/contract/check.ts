// Checks a resource's inputs against its contract: every problem at once, each with the property's path.
import { Asset, isProperties, reveal, Unknown } from '../provider/property-values.ts';
import type { Properties, PropertyValue } from '../provider/property-values.ts';
import { childPath } from '../provider/property-diff.ts';
import type {
  Contract,
  ObjectContract,
  Problem,
  PropertyContract,
  PropertyType,
  ResourceContract,
} from './contract.ts';
import { nearest } from './nearest.ts';

/** What the inputs break of the contract. Values that are not known yet are judged when they are. */
export function checkInputs(contract: Contract, resource: ResourceContract, inputs: Properties): readonly Problem[] {
  const problems: Problem[] = [];
  checkObject(contract, resource.inputs, inputs, '', problems);
  return problems;
}

function checkObject(
  contract: Contract,
  object: ObjectContract,
  value: Properties,
  path: string,
  problems: Problem[],
): void {
  for (const name of Object.keys(value)) {
    // `__defaults` is the real provider's own bookkeeping in states that it wrote.
    if (object.has(name) || name === '__defaults' || value[name] == null) continue;
    const meant = nearest(name, object.keys());
    const hint = meant === undefined ? `known: ${[...object.keys()].join(', ')}` : `did you mean \`${meant}\`?`;
    problems.push({ path: childPath(path, name), reason: `there is no such property (${hint})` });
  }
  for (const [name, property] of object) {
    const at = childPath(path, name);
    if (value[name] != null) checkValue(contract, property.type, property, value[name], at, problems);
    else if (property.required) problems.push({ path: at, reason: 'is required' });
  }
}

function checkValue(
  contract: Contract,
  type: PropertyType,
  property: PropertyContract,
  wrapped: PropertyValue,
  path: string,
  problems: Problem[],
): void {
  const value = reveal(wrapped) ?? null;
  if (value === Unknown || value === null || type.kind === 'any') return;
  const fail = (reason: string): void => void problems.push({ path, reason });
  switch (type.kind) {
    case 'list':
      if (!Array.isArray(value)) return fail('must be a list');
      return value.forEach((item: PropertyValue, index) => {
        checkValue(contract, type.of, property, item, `${path}[${String(index)}]`, problems);
      });
    case 'map':
      if (!isProperties(value)) return fail('must be a map');
      for (const [key, item] of Object.entries(value)) {
        if (item != null) checkValue(contract, type.of, property, item, childPath(path, key), problems);
      }
      return;
    case 'object': {
      if (!isProperties(value)) return fail('must be an object');
      const object = contract.object(type.name);
      if (object) checkObject(contract, object, value, path, problems);
      return;
    }
    case 'string':
      // Numbers and booleans pass as text, as in the real provider.
      if (typeof value === 'object') return fail('must be a string');
      return checkText(property, String(value), wrapped, path, problems);
    case 'number':
    case 'boolean':
      if (typeof value !== type.kind) fail(`must be a ${type.kind}, not ${describe(value)}`);
  }
}

function checkText(
  property: PropertyContract,
  text: string,
  wrapped: PropertyValue,
  path: string,
  problems: Problem[],
): void {
  if (!property.values || property.values.includes(text)) return;
  const meant = nearest(text, property.values);
  // A secret's text must not reach the output.
  const shown = wrapped === text ? JSON.stringify(text) : 'the value';
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  problems.push({ path, reason: `${shown} is not one of ${property.values.join(', ')}${hint}` });
}

function describe(value: PropertyValue): string {
  if (value instanceof Asset) return 'an asset';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
