/** Holds an OpenAPI document to the rules of OpenAPI 3.1 that we could break, and to our own. */
import { z } from 'zod';
import type { MediaType, OpenApiDocument, Operation, Parameter, Reference, Response } from '../openapi/types.ts';

/** What is wrong with the document, and where; none for a good one. */
export function openApiFaults(document: OpenApiDocument): string[] {
  const faults: string[] = [];
  const check = (right: boolean, fault: string): void => void (right || faults.push(fault));
  check(/^3\.1\.\d+$/.test(document.openapi), 'openapi is not 3.1');
  check(document.info.title !== '' && document.info.version !== '', 'info has no title or version');
  check(isJson(document), 'the document is not what its JSON is');

  for (const [where, ref] of referencesIn(document))
    check(resolve({ $ref: ref }, document) !== undefined, `${where}: ${ref} leads nowhere`);
  // The rest follows references.
  if (faults.length > 0) return faults;
  const used = new Set(referencesIn(document).map(([, ref]) => ref));
  for (const kind of ['schemas', 'responses', 'examples', 'parameters'] as const)
    for (const name of Object.keys(document.components[kind])) {
      check(/^[\w.-]+$/.test(name), `components.${kind}: ${name} is no name`);
      check(used.has(`#/components/${kind}/${name}`), `components.${kind}.${name} is not used`);
    }

  const ids = new Set<string>();
  for (const [path, operations] of Object.entries(document.paths)) {
    check(/^(\/([\w.-]+|\{\w+\}))+$/.test(path), `${path} is no path template`);
    for (const [method, operation] of Object.entries(operations)) {
      const where = `${method} ${path}`;
      check(['get', 'post', 'patch', 'delete'].includes(method), `${where}: no method`);
      check(/^[a-z]\w+$/.test(operation.operationId), `${where}: no operation id`);
      check(!ids.has(operation.operationId), `${where}: ${operation.operationId} stands twice`);
      ids.add(operation.operationId);
      check(operation.summary !== '', `${where}: no summary`);
      faults.push(...operationFaults(path, method, operation, document).map((fault) => `${where}: ${fault}`));
    }
  }
  return faults;
}

function operationFaults(path: string, method: string, operation: Operation, document: OpenApiDocument): string[] {
  const faults: string[] = [];
  const check = (right: boolean, fault: string): void => void (right || faults.push(fault));
  const parameters = (operation.parameters ?? []).map((parameter) => resolve<Parameter>(parameter, document));
  const named = parameters.map((parameter) => `${parameter?.in} ${parameter?.name}`);
  check(new Set(named).size === named.length, 'a parameter stands twice');
  const inPath = parameters.filter((parameter) => parameter?.in === 'path');
  const templated = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  check(inPath.map((parameter) => parameter?.name).join() === templated.join(), 'path parameters differ from the path');
  check(
    inPath.every((parameter) => parameter?.required === true),
    'a path parameter is not required',
  );
  check(operation.security.length > 0, 'nobody may call it');
  for (const scheme of operation.security.flatMap(Object.keys))
    check(scheme in document.components.securitySchemes, `no security scheme ${scheme}`);

  check(method !== 'get' || operation.requestBody === undefined, 'a GET takes a body');
  const body = operation.requestBody?.content['application/json'];
  check(operation.requestBody === undefined || body?.example !== undefined, 'the body has no example');
  if (body !== undefined) faults.push(...mediaFaults('body', body, document));

  const statuses = Object.keys(operation.responses);
  check(
    statuses.some((status) => status.startsWith('2')),
    'no answer but errors',
  );
  for (const [status, response] of Object.entries(operation.responses)) {
    const found = resolve<Response>(response, document);
    if (found === undefined) continue;
    faults.push(...responseFaults(status, found, document).map((fault) => `${status}: ${fault}`));
  }
  return faults;
}

function responseFaults(status: string, response: Response, document: OpenApiDocument): string[] {
  const faults: string[] = [];
  const check = (right: boolean, fault: string): void => void (right || faults.push(fault));
  check(/^[2-5]\d\d$/.test(status), 'no status');
  check(response.description !== '', 'no description');
  const types = Object.keys(response.content);
  check(types.length > 0, 'no content type');
  const problem = response.content['application/problem+json'];
  check((problem !== undefined) === Number(status) >= 400, 'errors and only errors are problems');
  check(problem === undefined || types.length === 1, 'a problem has another content type');
  if (status === '429' || status === '503') check('Retry-After' in (response.headers ?? {}), 'no Retry-After');
  for (const [type, media] of Object.entries(response.content)) faults.push(...mediaFaults(type, media, document));
  for (const [code, example] of Object.entries(problem?.examples ?? {})) {
    const value = (resolve(example, document) as { value?: { code?: string; status?: number } } | undefined)?.value;
    check(
      value?.code === code && value.status === Number(status),
      `the example of ${code} is of another code or status`,
    );
  }
  return faults;
}

/** The examples fit the schema, read from its JSON by zod and not by what wrote it. */
function mediaFaults(
  where: string,
  { schema, example, examples = {} }: MediaType,
  document: OpenApiDocument,
): string[] {
  if (schema === undefined) return [];
  const reader = z.fromJSONSchema(inlined(schema, document) as never);
  const values = [
    ...(example === undefined ? [] : [example]),
    ...Object.values(examples).map((one) => (resolve(one, document) as { value: unknown }).value),
  ];
  if (values.length === 0) return [`${where} has no example`];
  return values.flatMap((value) => {
    const result = reader.safeParse(value);
    return result.success ? [] : [`an example of ${where} does not fit: ${result.error.message}`];
  });
}

/** Every reference replaced by what it refers to. */
function inlined(node: unknown, document: OpenApiDocument): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map((child) => inlined(child, document));
  if ('$ref' in node) return inlined(resolve(node as unknown as Reference, document), document);
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, inlined(child, document)]));
}

function referencesIn(node: unknown, where = '#'): (readonly [where: string, ref: string])[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, child]) =>
    key === '$ref' ? [[where, String(child)] as const] : referencesIn(child, `${where}/${key}`),
  );
}

/** What a local reference leads to; undefined if nothing. */
function resolve<T>(node: T | Reference, document: OpenApiDocument): T | undefined {
  if (typeof node !== 'object' || node === null || !('$ref' in node)) return node;
  if (!node.$ref.startsWith('#/')) return undefined;
  const found = node.$ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
  return found as T | undefined;
}

/** No undefined, no mark of our own, nothing that JSON would change. */
function isJson(document: OpenApiDocument): boolean {
  const text = JSON.stringify(document);
  const sizes = (node: unknown): number =>
    typeof node === 'object' && node !== null
      ? Object.values(node).reduce<number>((sum, child) => sum + sizes(child), Object.keys(node).length)
      : 0;
  return !text.includes('x-zod') && sizes(JSON.parse(text)) === sizes(document);
}
