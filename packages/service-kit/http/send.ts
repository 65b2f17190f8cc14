/** Writes answers: JSON, bytes, what is made while it is sent (stream.ts), or problem+json. */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errors, type ErrorCode } from '@reelbanana/catalog';
import { z } from 'zod';
import type { AnyReply, RouteContract, Streamed } from './contract.ts';
import type { Problem } from './problem.ts';
import { problemBody } from './problem.ts';
import { sendPieces } from './stream.ts';

/**
 * Sends a handler's reply. `checked`: the body is held against the contract's schema first, and a difference is thrown
 * (a bug of ours; tests check, deployed services do not pay for it).
 */
export async function sendReply(
  response: ServerResponse,
  contract: RouteContract,
  reply: AnyReply,
  checked: boolean,
): Promise<void> {
  const schema = contract.responses[reply.status];
  if (schema === undefined)
    throw new Error(`${contract.method} ${contract.path} answered an undeclared ${reply.status}`);
  if ('streamed' in schema) {
    const { type, pieces } = reply.body as Streamed;
    const whole = schema.streamed[type];
    if (whole === undefined) throw new Error(`${contract.method} ${contract.path} answered as an undeclared ${type}`);
    const begin = (): void => {
      response.statusCode = reply.status;
      setHeaders(response, { ...reply.headers, 'Content-Type': type });
    };
    return sendPieces(response, pieces, begin, checked ? whole : null);
  }
  if (!('binary' in schema)) {
    if (checked) schema.parse(reply.body);
    return sendJson(response, reply.status, 'application/json', reply.body, reply.headers);
  }
  setHeaders(response, { 'Content-Type': schema.binary, ...reply.headers });
  response.statusCode = reply.status;
  if (reply.body instanceof Readable) return pipeline(reply.body, response);
  response.end(reply.body as Uint8Array);
}

export function sendProblem(response: ServerResponse, problem: Problem): void {
  sendJson(response, problem.status, 'application/problem+json', problemBody(problem), problem.headers);
}

function sendJson(
  response: ServerResponse,
  status: number,
  type: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.statusCode = status;
  setHeaders(response, { ...headers, 'Content-Type': type, 'Content-Length': String(bytes.length) });
  response.end(bytes);
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  // Answers are of one caller: no cache keeps them, no browser guesses their type.
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** The shape of every error answer, for clients and for tests. */
export const problemSchema = z
  .looseObject({
    type: z.string().regex(/^\/problems\/[a-z-]+$/),
    title: z.string().min(1),
    status: z.int(),
    detail: z.string().min(1),
    code: z.enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]]),
    retryable: z.boolean(),
    retrySameKey: z.boolean(),
  })
  .refine(({ code, status }) => errors[code].status === status, 'status is not the one of its code');
