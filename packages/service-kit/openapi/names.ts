/** Names that follow from a route's method and path. */
import type { RouteContract } from '../http/contract.ts';

const segmentForm = /^(?::[A-Za-z]\w*|[\w.-]+)$/;

/** `/v1/wallets/:walletId` as its segments. Throws for Express patterns (wildcards, options) that OpenAPI cannot say. */
function segmentsOf(path: string): readonly string[] {
  const segments = path.slice(1).split('/');
  const odd = segments.find((segment) => !segmentForm.test(segment));
  if (odd !== undefined) throw new Error(`${path}: the segment ${JSON.stringify(odd)} has no form in OpenAPI`);
  return segments;
}

/** `/v1/wallets/:walletId` -> `/v1/wallets/{walletId}`. */
export function pathTemplate(path: string): string {
  return (
    '/' +
    segmentsOf(path)
      .map((part) => (part.startsWith(':') ? `{${part.slice(1)}}` : part))
      .join('/')
  );
}

/** The names of a path's parameters, in order. */
export function pathParameterNames(path: string): readonly string[] {
  return segmentsOf(path).flatMap((part) => (part.startsWith(':') ? [part.slice(1)] : []));
}

/** `GET /v1/wallets/:walletId/entries` -> `getWalletEntries`: one member of a collection is named in the singular. */
export function operationId({ method, path }: Pick<RouteContract, 'method' | 'path'>): string {
  const segments = segmentsOf(path);
  const words = segments.flatMap((segment, index) => {
    if (segment.startsWith(':') || /^v\d+$/.test(segment)) return [];
    return [segments[index + 1]?.startsWith(':') === true ? singular(segment) : segment];
  });
  return method.toLowerCase() + words.map(pascal).join('');
}

/** `audit-log` -> `AuditLog`. */
export function pascal(text: string): string {
  return text.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, first: string) => first.toUpperCase());
}

/** `entries` -> `entry`, `batches` -> `batch`, `holds` -> `hold`. */
export function singular(text: string): string {
  if (text.endsWith('ies')) return text.slice(0, -3) + 'y';
  if (/(?:ch|sh|x|ss)es$/.test(text)) return text.slice(0, -2);
  return text.endsWith('s') && !text.endsWith('ss') ? text.slice(0, -1) : text;
}
