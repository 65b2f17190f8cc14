// Diff: what an update would change, and whether it means a replacement.
import providerPb from '@pulumi/pulumi/proto/provider_pb.js';
import type { DiffResponse } from '@pulumi/pulumi/proto/provider_pb.js';
import type { Cloud, ResourceType } from '../resources/resource.ts';
import { diffProperties, liesWithin, topLevel } from './property-diff.ts';
import type { PropertyChange } from './property-diff.ts';
import { hasUnknown, reveal } from './property-values.ts';
import type { Properties } from './property-values.ts';

const { Kind } = providerPb.PropertyDiff;
const KINDS = {
  ADD: { inPlace: Kind.ADD, replace: Kind.ADD_REPLACE },
  DELETE: { inPlace: Kind.DELETE, replace: Kind.DELETE_REPLACE },
  UPDATE: { inPlace: Kind.UPDATE, replace: Kind.UPDATE_REPLACE },
} as const;

export interface ResourceDiff {
  readonly changes: readonly (PropertyChange & { readonly replaces: boolean })[];
  /** True when old and new would bear the same id, so that both cannot exist at once. */
  readonly deleteBeforeReplace: boolean;
}

/** Compares inputs with inputs: outputs that Google adds are no change. */
export function diffResource(
  type: ResourceType | undefined,
  olds: Properties,
  news: Properties,
  cloud: Cloud,
): ResourceDiff {
  const changes = diffProperties(olds, news).map((change) => ({
    ...change,
    replaces: type?.replaceOn.some((prefix) => liesWithin(change.path, prefix)) ?? false,
  }));
  const replaces = changes.some((change) => change.replaces);
  return { changes, deleteBeforeReplace: replaces && sameId(type, olds, news, cloud) };
}

/** The engine's form of it. */
export function toDiffResponse({ changes, deleteBeforeReplace }: ResourceDiff): DiffResponse {
  const response = new providerPb.DiffResponse();
  const { DiffChanges } = providerPb.DiffResponse;
  response.setChanges(changes.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
  response.setHasdetaileddiff(true);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setDiffsList([...new Set(changes.map(({ path }) => topLevel(path)))]);
  response.setReplacesList([...new Set(changes.filter(({ replaces }) => replaces).map(({ path }) => topLevel(path)))]);
  for (const { path, kind, replaces } of changes) {
    const property = new providerPb.PropertyDiff();
    property.setKind(replaces ? KINDS[kind].replace : KINDS[kind].inPlace);
    property.setInputdiff(true);
    response.getDetaileddiffMap().set(path, property);
  }
  return response;
}

function sameId(type: ResourceType | undefined, olds: Properties, news: Properties, cloud: Cloud): boolean {
  if (!type?.id || hasUnknown(news)) return false;
  return type.id(reveal(olds), cloud) === type.id(reveal(news), cloud);
}
