// Every family of figures, in the order in which they are measured and shown. The figures of issue and design come first in
// each; those that explain them follow.
import { decideAlone } from './decide.ts';
import type { Family } from './family.ts';
import { hotWallet } from './hot-wallet.ts';
import { overHttp } from './http.ts';
import { manyWallets } from './lanes.ts';
import { slowDocument } from './slow-document.ts';
import { twoProcesses } from './two-processes.ts';
import { walletCache } from './wallet-cache.ts';

export const families: readonly Family[] = [
  hotWallet,
  manyWallets,
  twoProcesses,
  slowDocument,
  overHttp,
  decideAlone,
  walletCache,
];

/** What to measure for figures by id: each family that has some, with those. Throws RangeError for an unknown id. */
export function choose(
  all: readonly Family[],
  ids: readonly string[] | undefined,
): { readonly family: Family; readonly wanted: ReadonlySet<string> }[] {
  const known = all.flatMap(({ figures }) => figures.map(({ id }) => id));
  const unknown = (ids ?? []).filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    throw new RangeError(
      `no figure is called ${unknown.map((id) => JSON.stringify(id)).join(', ')}; they are ${known.join(', ')}`,
    );
  }
  return all.flatMap((family) => {
    const wanted = new Set(family.figures.map(({ id }) => id).filter((id) => ids?.includes(id) ?? true));
    return wanted.size === 0 ? [] : [{ family, wanted }];
  });
}
