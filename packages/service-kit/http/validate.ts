/** Parses params, query and body by a contract's zod schemas, and tells every wrong field by its path. */
import { z } from 'zod';
import type { RouteContract } from './contract.ts';
import { invalid, type FieldError } from './problem.ts';

export interface Parts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

const nothing = z.strictObject({});

/** The parsed parts, or a VALIDATION_FAILED with all errors of all parts. */
export function validate(contract: RouteContract, raw: Parts): Parts {
  const fields: FieldError[] = [];
  const part = (name: string, schema: z.ZodType, value: unknown): unknown => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    fields.push(...fieldErrors(name, result.error));
    return undefined;
  };
  const parts = {
    params: part('path', contract.params ?? nothing, raw.params),
    query: part('query', contract.query ?? nothing, raw.query),
    // A route whose fields are all optional may be called without a body; others then name the missing fields.
    body:
      contract.body === undefined
        ? noBody(raw.body, fields)
        : part('body', contract.body, raw.body === undefined ? {} : raw.body),
  };
  if (fields.length > 0) throw invalid(fields);
  return parts;
}

function noBody(body: unknown, fields: FieldError[]): undefined {
  if (body !== undefined) fields.push({ path: 'body', message: 'this route takes none' });
}

/** zod's issues as paths under `root`; unknown keys are told one by one. */
export function fieldErrors(root: string, error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = [root, ...issue.path.map(String)].join('.');
    return issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'is not a known field' }))
      : [{ path, message: issue.message }];
  });
}

/** The query string as an object; a name sent twice becomes an array, which no schema of ours takes. */
export function readQuery(url: string): Record<string, string | string[]> {
  const start = url.indexOf('?');
  const query: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  if (start === -1) return query;
  for (const [name, value] of new URLSearchParams(url.slice(start))) {
    const earlier = query[name];
    if (Array.isArray(earlier)) earlier.push(value);
    else query[name] = earlier === undefined ? value : [earlier, value];
  }
  return query;
}
