// Small rules that several resource types share. A value that is not known yet breaks no rule.
import type { Problem } from '../contract/contract.ts';
import { Unknown } from '../provider/property-values.ts';
import type { Unchecked } from './resource.ts';

/** The value, or undefined when it is absent or not known yet. Its parts may still be unknown. */
export function known<T>(value: T | Unknown | null | undefined): T | undefined {
  return value === Unknown || value === null || value === undefined ? undefined : value;
}

/** True when the property is set at all, be its value known or not. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A problem unless the known text matches. */
export function matches(
  path: string,
  value: Unchecked<string> | undefined,
  pattern: RegExp,
  reason: string,
): readonly Problem[] {
  const text = known(value);
  return text === undefined || pattern.test(text) ? [] : [{ path, reason }];
}

/** A problem unless the known number lies in the closed range. */
export function within(
  path: string,
  value: Unchecked<number> | undefined,
  least: number,
  most: number,
): readonly Problem[] {
  const number = known(value);
  if (number === undefined || (number >= least && number <= most)) return [];
  return [{ path, reason: `must be between ${String(least)} and ${String(most)}, not ${String(number)}` }];
}

/** A problem unless exactly one of the named properties is set. */
export function exactlyOne(path: string, properties: Readonly<Record<string, unknown>>): readonly Problem[] {
  const set = Object.keys(properties).filter((name) => isSet(properties[name]));
  if (set.length === 1) return [];
  const names = Object.keys(properties).join(', ');
  return [
    { path, reason: set.length === 0 ? `needs one of ${names}` : `takes one of ${names}, not ${set.join(' and ')}` },
  ];
}

/** A problem when more than one of the named properties is set. */
export function atMostOne(path: string, properties: Readonly<Record<string, unknown>>): readonly Problem[] {
  const set = Object.keys(properties).filter((name) => isSet(properties[name]));
  return set.length <= 1 ? [] : [{ path, reason: `takes at most one of ${set.join(', ')}` }];
}
