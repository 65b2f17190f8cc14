// docs/api is what the contracts say: whoever changes one runs `npm run docs`, and the difference is reviewed. Here stand
// also the promises about every route of every service, because the command knows them all.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ServiceId } from '@reelbanana/catalog';
import { openApi, type OpenApiDocument, type OpenApiOptions } from '@reelbanana/service-kit';
import { openApiFaults } from '@reelbanana/service-kit/testing';
import { apiDocuments, contractsOfServices } from './docs.ts';

const root = join(import.meta.dirname, '..');

describe('docs/api', () => {
  it.each([...apiDocuments()])('%s is the one that npm run docs writes', (path, text) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  });

  it('has no document that nobody writes any more', () => {
    const files = readdirSync(join(root, 'docs/api')).filter((name) => name.endsWith('.json'));
    expect(files.map((name) => `docs/api/${name}`).sort()).toEqual([...apiDocuments().keys()].sort());
  });

  it('has every service in its README', () => {
    const readme = readFileSync(join(root, 'docs/api/README.md'), 'utf8');
    for (const service of Object.keys(contractsOfServices)) expect(readme).toContain(`(${service}.openapi.json)`);
  });
});

const services = Object.entries(contractsOfServices) as [ServiceId, OpenApiOptions['contracts']][];
const routes = services.flatMap(([service, contracts]) => {
  const document = openApi({ service, contracts });
  return contracts.map((contract) => ({ name: `${contract.method} ${contract.path}`, contract, document }));
});

describe.each(services)('the document of %s', (service, contracts) => {
  it('has no fault', () => {
    expect(openApiFaults(openApi({ service, contracts }))).toEqual([]);
  });

  it('has the routes of the contracts and no other', () => {
    const { paths } = openApi({ service, contracts });
    expect(Object.values(paths).flatMap((operations) => Object.keys(operations))).toHaveLength(contracts.length);
  });
});

describe.each(routes)('$name', ({ contract, document }) => {
  const operation = operationOf(document, contract);

  it('is described, with an answer for each of its statuses', () => {
    expect(operation.summary).toBe(contract.summary);
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(Object.keys(contract.responses)));
  });

  it('has examples that the contract takes', () => {
    const body = operation.requestBody?.content['application/json']?.example;
    expect(contract.body?.safeParse(body).error).toBeUndefined();
    for (const [status, schema] of Object.entries(contract.responses)) {
      if ('binary' in schema) continue;
      const response = operation.responses[status] as { content: Record<string, { example: unknown }> };
      const json = 'streamed' in schema ? schema.streamed['application/json'] : schema;
      expect(json?.safeParse(response.content['application/json']?.example).error).toBeUndefined();
    }
  });
});

function operationOf(document: OpenApiDocument, { method, path }: OpenApiOptions['contracts'][number]) {
  const operation = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${method} ${path} is missing`);
  return operation;
}
