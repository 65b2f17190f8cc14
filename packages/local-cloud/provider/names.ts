// Names of resources whose program gives none: as the real provider makes them, stable from one run to the next.
import { createHash } from 'node:crypto';
import type { ResourceContract } from '../contract/contract.ts';
import { derive } from './property-values.ts';
import type { Properties } from './property-values.ts';

export interface NameRequest {
  readonly contract: ResourceContract;
  /** The resource's name in the program. */
  readonly resourceName: string;
  readonly urn: string;
  readonly olds: Properties;
  readonly news: Properties;
  /** Fresh for every creation, from the engine. */
  readonly seed: Uint8Array;
  /** From the stack's autonaming configuration, where there is one. */
  readonly proposed: string | undefined;
}

/** The property that names a resource, where it may be left out. */
const NAME_PROPERTY: Readonly<Record<string, string | undefined>> = {
  'gcp:serviceaccount/account:Account': 'accountId',
  'gcp:secretmanager/secret:Secret': 'secretId',
  // Google knows it by this name only.
  'gcp:firebaserules/release:Release': undefined,
};

/** The news with a name: the program's, else the old one, else one made of the resource's name and 7 random digits. */
export function withName(request: NameRequest): Properties {
  const property = nameProperty(request.contract);
  if (property === undefined || request.news[property] != null) return request.news;
  const name = request.olds[property] ?? request.proposed ?? derive`${freshName(request)}`;
  return { ...request.news, [property]: name };
}

function nameProperty({ token, inputs }: ResourceContract): string | undefined {
  if (token in NAME_PROPERTY) return NAME_PROPERTY[token];
  // An IAM binding's `name` is that of the resource it speaks of.
  if (/(Iam|IAM)(Member|Binding|Policy|AuditConfig)$/.test(token)) return undefined;
  const name = inputs.get('name');
  return name && !name.required && name.type.kind === 'string' ? 'name' : undefined;
}

function freshName({ resourceName, urn, seed }: NameRequest): string {
  const digits = createHash('sha256').update(urn).update(seed).digest('hex').slice(0, 7);
  return `${resourceName.toLowerCase()}-${digits}`;
}
