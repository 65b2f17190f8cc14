/** Error answers: one response for a status and the codes it can have on a route, with an example of each. */
import { errorData, errors, type ErrorCode } from '@reelbanana/catalog';
import { unauthenticated } from '../auth/reasons.ts';
import { Problem, problemBody } from '../http/problem.ts';
import type { Example, Header, Reference, Response } from './types.ts';

/** As services throw it, so that body and headers are those that are sent. */
function sample(code: ErrorCode): Problem {
  if (code === 'UNAUTHENTICATED') return unauthenticated('No token: send one as "Bearer <token>"');
  const headers = code === 'RATE_LIMITED' ? { RateLimit: '', 'RateLimit-Policy': '' } : {};
  return new Problem(code, errors[code].title, errorData[code], headers);
}

/** draft-ietf-httpapi-ratelimit-headers-10. */
export const rateLimitHeaders: Readonly<Record<string, Header>> = {
  'RateLimit-Policy': {
    description: 'How many there may be (`q`) in a window of how many seconds (`w`), by the name of the limit.',
    schema: { type: 'string', examples: ['"operations";q=100;w=60'] },
  },
  RateLimit: {
    description: 'How many are left (`r`) and in how many seconds the next window begins (`t`).',
    schema: { type: 'string', examples: ['"operations";r=97;t=12'] },
  },
};

export const problemHeaders: Readonly<Record<string, Header>> = {
  'Retry-After': {
    description: 'Seconds after which a retry makes sense.',
    schema: { type: 'integer', minimum: 1 },
  },
  'WWW-Authenticate': { description: 'How to sign in.', schema: { type: 'string', const: 'Bearer' } },
};

export function problemExample(code: ErrorCode): Example {
  return { summary: errors[code].title, value: problemBody(sample(code)) };
}

/** Status -> its codes, both in the catalog's order. */
export function byStatus(codes: readonly ErrorCode[]): ReadonlyMap<number, readonly ErrorCode[]> {
  return Map.groupBy(codes, (code) => errors[code].status);
}

/** The name of the component that says "this status, one of these codes". */
export const responseName = (codes: readonly ErrorCode[]): string => codes.join('.');

export function problemResponse(codes: readonly ErrorCode[]): Response {
  const headers = new Set(['X-Request-Id', ...codes.flatMap((code) => Object.keys(sample(code).headers))]);
  return {
    description: codes.map((code) => `\`${code}\`: ${errors[code].title}.`).join(' '),
    headers: Object.fromEntries([...headers].map((name) => [name, refTo('headers', name)])),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [{ $ref: '#/components/schemas/Problem' }, { type: 'object', properties: { code: { enum: codes } } }],
        },
        examples: Object.fromEntries(codes.map((code) => [code, refTo('examples', code)])),
      },
    },
  };
}

export const refTo = (kind: string, name: string): Reference => ({ $ref: `#/components/${kind}/${name}` });
