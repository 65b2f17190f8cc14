/** One route's contract as an OpenAPI operation. */
import { STATUS_CODES } from 'node:http';
import { limits } from '@reelbanana/catalog';
import type { z } from 'zod';
import type { ResponseSchema, RouteContract } from '../http/contract.ts';
import { errorsOf } from '../http/errors.ts';
import { keyPattern } from '../http/key.ts';
import { exampleOf } from './examples.ts';
import { operationId, pathParameterNames } from './names.ts';
import { byStatus, rateLimitHeaders, refTo, responseName } from './problems.ts';
import { requirementOf } from './security.ts';
import type { Header, MediaType, Operation, Parameter, Reference, Response, Schema } from './types.ts';

export const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'Names the request for ever, within its wallet and route. The same key with an equal request is answered with the first answer and has no further effect; with another request it is refused: `DUPLICATE_OPERATION`.',
  schema: {
    type: 'string',
    minLength: 1,
    maxLength: limits.idempotencyKeyLengthMax,
    pattern: keyPattern,
    examples: ['0b3e5a1c-8f52-4c39-9d0e-2f6a7c1d4e88'],
  },
};

export const answerHeaders: Readonly<Record<string, Header>> = {
  'X-Request-Id': { description: 'The trace id of the request. Name it when you ask us.', schema: { type: 'string' } },
  'Idempotent-Replayed': {
    description: 'Present where this key has been answered before: this is that answer again, nothing more was done.',
    schema: { type: 'string', const: 'true' },
  },
};

type Write = (schema: z.ZodType) => Schema;

export function operationOf(contract: RouteContract, write: Write): Operation {
  const parameters = parametersOf(contract, write);
  return {
    operationId: operationId(contract),
    summary: contract.summary,
    security: contract.principals.map(requirementOf),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(contract.body === undefined ? {} : { requestBody: bodyOf(contract.body, write) }),
    responses: { ...answersOf(contract, write), ...problemsOf(contract) },
  };
}

function parametersOf(contract: RouteContract, write: Write): (Parameter | Reference)[] {
  const path = fieldsOf(contract.params, 'path', write);
  const declared = path.map(({ name }) => name).sort();
  const named = [...pathParameterNames(contract.path)].sort();
  if (declared.join() !== named.join())
    throw new Error(`${contract.path} declares the parameters ${JSON.stringify(declared)}`);
  return [
    ...path,
    ...fieldsOf(contract.query, 'query', write),
    ...(contract.key === true ? [refTo('parameters', idempotencyKey.name)] : []),
  ];
}

function fieldsOf(schema: z.ZodType | undefined, place: 'path' | 'query', write: Write): Parameter[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = write(schema);
  return Object.entries(properties).map(([name, { description, ...field }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: field,
  }));
}

function bodyOf(body: z.ZodType, write: Write): NonNullable<Operation['requestBody']> {
  // A missing body is read as {}: where that passes, the body may stay away.
  return { required: !body.safeParse({}).success, content: { 'application/json': json(write(body)) } };
}

const json = (schema: Schema): MediaType => ({ schema, example: exampleOf(schema) });

function answersOf(contract: RouteContract, write: Write): Record<string, Response> {
  const headers = [
    ...Object.keys(answerHeaders).filter((name) => name !== 'Idempotent-Replayed' || contract.key === true),
    ...(contract.limited === true ? Object.keys(rateLimitHeaders) : []),
  ];
  return Object.fromEntries(
    Object.entries(contract.responses).map(([status, response]) => [
      status,
      {
        description: `${STATUS_CODES[status] ?? 'Answer'}.`,
        headers: Object.fromEntries(headers.map((name) => [name, refTo('headers', name)])),
        content: contentOf(response, write),
      },
    ]),
  );
}

function contentOf(response: ResponseSchema, write: Write): Record<string, MediaType> {
  if ('binary' in response) return { [response.binary]: {} };
  if (!('streamed' in response)) return { 'application/json': json(write(response)) };
  return Object.fromEntries(
    Object.entries(response.streamed).map(([type, schema]) => [type, schema === null ? {} : json(write(schema))]),
  );
}

function problemsOf(contract: RouteContract): Record<string, Reference> {
  return Object.fromEntries(
    [...byStatus(errorsOf(contract))].map(([status, codes]) => [status, refTo('responses', responseName(codes))]),
  );
}
