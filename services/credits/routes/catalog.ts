/** GET /v1/catalog. */
import { operations, packages, plans, type Operation } from '@reelbanana/catalog';
import { getCatalog } from '@reelbanana/metering/contract';
import { route, type Reply, type Route } from '@reelbanana/service-kit';
import { z } from 'zod';
import type { Context } from './context.ts';

type CatalogView = Reply<typeof getCatalog>['body'];

export function catalogRoutes({ priceBook, now }: Pick<Context, 'priceBook' | 'now'>): Route[] {
  const paramsOf = Object.fromEntries(
    Object.entries<Operation>(operations).map(([id, { params }]) => [id, z.toJSONSchema(params)]),
  );
  return [
    route(getCatalog, () => {
      const inForce = priceBook.findLast(({ effectiveFrom }) => effectiveFrom <= now());
      if (inForce === undefined) throw new Error('no price book is in force');
      const priced = Object.entries<Operation>(operations).flatMap(([id, { title }]) => {
        const price = inForce.prices[id];
        return price === undefined ? [] : [[id, { title, price, params: { ...paramsOf[id] } }] as const];
      });
      const body: CatalogView = {
        priceVersion: inForce.version,
        effectiveFrom: inForce.effectiveFrom,
        operations: Object.fromEntries(priced),
        packages,
        plans,
      };
      return Promise.resolve({ status: 200, body });
    }),
  ];
}
