/** The catalog as k6 reads it: each priced operation with its smallest legal parameters and what they cost now. */
import { operations, priceBook, type OperationId } from '@reelbanana/catalog';
import { price } from '@reelbanana/ledger';
import { z } from 'zod';

interface OperationLine {
  readonly id: OperationId;
  readonly params: Readonly<Record<string, number>>;
  readonly credits: number;
}

/** The content of the generated `catalog.json`. `now` (Unix ms) picks the version of the price book. */
export function catalogFile(now: number): { readonly operations: readonly OperationLine[] } {
  return {
    operations: (Object.keys(operations) as OperationId[]).map((id) => {
      const schema = z.toJSONSchema(operations[id].params);
      const params = Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [
          name,
          (property as { minimum: number }).minimum,
        ]),
      );
      return { id, params, credits: price(priceBook, id, params, now).credits };
    }),
  };
}
