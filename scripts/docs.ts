/** `npm run docs`: writes docs/api/<service>.openapi.json from the contracts that the services serve. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { services, type ServiceId } from '@reelbanana/catalog';
import { creditsContracts } from '@reelbanana/metering/contract';
import { openApi, type OpenApiOptions } from '@reelbanana/service-kit';
import { narrateContracts } from '../services/narrate/app.ts';
import { runScript } from './lib/script.ts';

/** A service of the catalog without its contracts here does not compile. */
export const contractsOfServices: Readonly<Record<ServiceId, OpenApiOptions['contracts']>> = {
  credits: creditsContracts,
  narrate: narrateContracts,
};

/** Path from the root -> text, of every file that this command writes. */
export function apiDocuments(): ReadonlyMap<string, string> {
  return new Map(
    (Object.keys(services) as ServiceId[]).map((service) => [
      `docs/api/${service}.openapi.json`,
      JSON.stringify(openApi({ service, contracts: contractsOfServices[service] }), null, 2) + '\n',
    ]),
  );
}

await runScript('docs', import.meta, () => {
  const root = join(import.meta.dirname, '..');
  mkdirSync(join(root, 'docs/api'), { recursive: true });
  for (const [path, text] of apiDocuments()) {
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
  return Promise.resolve(0);
});
