/** The OpenAPI document of a service, from the contracts of its routes and nothing else. */
import { services, type ErrorCode, type ServiceId } from '@reelbanana/catalog';
import type { RouteContract } from '../http/contract.ts';
import { errorsOf } from '../http/errors.ts';
import { problemSchema } from '../http/send.ts';
import { operationId, pathTemplate } from './names.ts';
import { answerHeaders, idempotencyKey, operationOf } from './operation.ts';
import {
  byStatus,
  problemExample,
  problemHeaders,
  problemResponse,
  rateLimitHeaders,
  responseName,
} from './problems.ts';
import { schemaWriter, shareObjects } from './schemas.ts';
import { securitySchemes } from './security.ts';
import type { Components, OpenApiDocument, Operation } from './types.ts';

const description = [
  'Bodies are JSON in UTF-8 without unknown fields. Amounts of credits are integers, times are integer Unix milliseconds.',
  'Every error is `application/problem+json` (RFC 9457) with a `code` of a closed list. `retryable` tells whether the same request may succeed later, `retrySameKey` whether the retry should keep its Idempotency-Key.',
].join('\n\n');

export interface OpenApiOptions {
  readonly service: ServiceId;
  readonly contracts: readonly RouteContract[];
}

/** Throws for contracts that cannot be described: two of one operation id, path parameters that no schema declares. */
export function openApi({ service, contracts }: OpenApiOptions): OpenApiDocument {
  const write = schemaWriter();
  const { description: _, ...problem } = write(problemSchema);
  const unshared = { paths: pathsOf(contracts, (contract) => operationOf(contract, write)) };
  const { tree, schemas } = shareObjects({ ...unshared, components: componentsOf(contracts) });
  const { tree: problemShown } = shareObjects(problem);
  if ('Problem' in schemas) throw new Error('"Problem" is the name of the error answer');
  return {
    openapi: '3.1.1',
    info: { title: `ReelBanana ${services[service].title} API`, version: 'v1', description },
    // Relative to where the document is read: the service itself.
    servers: [{ url: '/' }],
    paths: tree.paths,
    components: { schemas: { ...schemas, Problem: problemShown }, ...tree.components },
  };
}

function pathsOf(contracts: readonly RouteContract[], operation: (contract: RouteContract) => Operation) {
  const ids = new Set<string>();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const contract of contracts) {
    const id = operationId(contract);
    if (ids.has(id)) throw new Error(`two routes have the operation id ${id}`);
    ids.add(id);
    (paths[pathTemplate(contract.path)] ??= {})[contract.method.toLowerCase()] = operation(contract);
  }
  return paths;
}

/** What several routes refer to: only what one of them does. */
function componentsOf(contracts: readonly RouteContract[]): Omit<Components, 'schemas'> {
  const codes = new Set<ErrorCode>(contracts.flatMap(errorsOf));
  const groups = new Map(
    contracts
      .flatMap((contract) => [...byStatus(errorsOf(contract)).values()])
      .map((group) => [responseName(group), group]),
  );
  const principals = new Set(contracts.flatMap((contract) => contract.principals));
  const schemes = Object.entries(securitySchemes).filter(([name]) =>
    name === 'userToken'
      ? principals.has('user') || principals.has('admin') || principals.has('userAndService')
      : principals.has('service') || principals.has('userAndService'),
  );
  const keyed = contracts.some((contract) => contract.key === true);
  const isLimited = codes.has('RATE_LIMITED') || contracts.some((contract) => contract.limited === true);
  return {
    responses: Object.fromEntries([...groups].map(([name, group]) => [name, problemResponse(group)])),
    parameters: keyed ? { [idempotencyKey.name]: idempotencyKey } : {},
    headers: { ...answerHeaders, ...problemHeaders, ...(isLimited ? rateLimitHeaders : {}) },
    examples: Object.fromEntries([...codes].map((code) => [code, problemExample(code)])),
    securitySchemes: Object.fromEntries(schemes),
  };
}
