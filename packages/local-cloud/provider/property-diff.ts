// What changed between two versions of a resource's inputs, property path by property path.
import { Asset, isList, isProperties, reveal, Unknown } from './property-values.ts';
import type { Properties, PropertyValue } from './property-values.ts';

export type ChangeKind = 'ADD' | 'DELETE' | 'UPDATE';
export interface PropertyChange {
  /** As Pulumi writes paths: `template.containers[0].image`, `labels["a.b"]`. */
  readonly path: string;
  readonly kind: ChangeKind;
}

/**
 * Every leaf that differs. A secret equals its plain text, an asset equals one of the same hash, null equals absent,
 * and a value that is not known yet differs from every known one.
 */
export function diffProperties(olds: Properties, news: Properties): readonly PropertyChange[] {
  const changes: PropertyChange[] = [];
  compareMaps(olds, news, '', changes);
  return changes;
}

/** The path of a property inside a map. */
export function childPath(parent: string, name: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${parent}[${JSON.stringify(name)}]`;
  return parent === '' ? name : `${parent}.${name}`;
}

/** True when `path` is `prefix` or lies inside it. */
export function liesWithin(path: string, prefix: string): boolean {
  return path === prefix || (path.startsWith(prefix) && /^[.[]/.test(path.slice(prefix.length)));
}

/** The top-level property of a path. */
export function topLevel(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}

function compare(
  a: PropertyValue | undefined,
  b: PropertyValue | undefined,
  path: string,
  out: PropertyChange[],
): void {
  const old = reveal(a) ?? null;
  const now = reveal(b) ?? null;
  if (isList(old) && isList(now)) {
    for (let index = 0; index < Math.max(old.length, now.length); index++) {
      compare(old[index], now[index], `${path}[${String(index)}]`, out);
    }
  } else if (isProperties(old) && isProperties(now)) {
    compareMaps(old, now, path, out);
  } else if (!equalLeaves(old, now)) {
    out.push({ path, kind: old === null ? 'ADD' : now === null ? 'DELETE' : 'UPDATE' });
  }
}

function compareMaps(olds: Properties, news: Properties, path: string, out: PropertyChange[]): void {
  for (const name of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    compare(olds[name], news[name], childPath(path, name), out);
  }
}

function equalLeaves(old: PropertyValue, now: PropertyValue): boolean {
  if (old === Unknown || now === Unknown) return false;
  if (old instanceof Asset && now instanceof Asset) {
    return old.archive === now.archive && old.hash !== undefined && old.hash === now.hash;
  }
  return old === now;
}
