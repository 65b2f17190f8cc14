/** Holds an answer of a running service to the OpenAPI document that it gives of itself. */
import type { OpenApiDocument, Operation } from '../openapi/types.ts';

/** Every operation of a document, with its method and path template. */
export function operationsOf(document: OpenApiDocument): { method: string; path: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** Throws unless status, content type and, of a problem, its code and headers are documented. Returns the status. */
export async function expectDocumented(
  document: OpenApiDocument,
  operation: Operation,
  response: Response,
): Promise<number> {
  const told = `${operation.operationId} answered ${response.status}`;
  const declared = operation.responses[String(response.status)];
  if (declared === undefined) throw new Error(`${told}: ${await response.text()}`);
  const found = '$ref' in declared ? document.components.responses[declared.$ref.split('/').at(-1) ?? ''] : declared;
  const type = response.headers.get('content-type') ?? '';
  const media = found?.content[type];
  if (found === undefined || media === undefined) throw new Error(`${told} as ${type}`);
  const code = type === 'application/problem+json' ? ((await response.json()) as { code: string }).code : undefined;
  if (code !== undefined && !(code in (media.examples ?? {}))) throw new Error(`${told} ${code}`);
  for (const name of [
    'Retry-After',
    'WWW-Authenticate',
    'Idempotent-Replayed',
    'X-Request-Id',
    'RateLimit',
    'RateLimit-Policy',
  ])
    if (response.headers.has(name) && !(name in (found.headers ?? {}))) throw new Error(`${told} with ${name}`);
  return response.status;
}
