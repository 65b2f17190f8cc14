/**
 * What a k6 scenario is given: where the service is, the tokens, the load wallets and the generated catalog. Everything
 * comes from files and variables that `npm run load` writes; a scenario knows no other source.
 */
import { SharedArray } from 'k6/data';

export interface LoadWallet {
  readonly walletId: string;
  readonly credits: number;
}

interface CatalogOperation {
  readonly id: string;
  /** The smallest legal parameters. */
  readonly params: Record<string, number>;
  /** What they cost in the price book in force. */
  readonly credits: number;
}

const required = (name: string): string => {
  const value = __ENV[name];
  if (!value) throw new Error(`${name} is not set: start scenarios with \`npm run load -- SCENARIO\``);
  return value;
};

export const baseUrl = required('CREDITS_URL');
export const serviceToken = required('SERVICE_TOKEN');
export const runId = required('RUN_ID');
export const ratePerSecond = Number(required('RATE'));
export const duration = required('DURATION');

export const wallets = new SharedArray<LoadWallet>(
  'wallets',
  () => JSON.parse(open(required('WALLETS_FILE'))) as LoadWallet[],
);
const operations = new SharedArray<CatalogOperation>(
  'operations',
  () => (JSON.parse(open(required('CATALOG_FILE'))) as { operations: CatalogOperation[] }).operations,
);

/** The operation of the catalog that a scenario charges, with its smallest parameters and their price. */
export function operation(id: string): CatalogOperation {
  const found = operations.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`the catalog has no operation ${id}`);
  return found;
}
