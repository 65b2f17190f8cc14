// What an operation costs: the price book's version in force, and its formula over the operation's parameters.
import type { Params, Price, PriceBook, PriceFormula, PriceVersion } from './types.ts';

/**
 * The price of `operation` with `params` at `now` (Unix ms), in credits.
 *
 * The caller has validated both against the catalog: @throws RangeError on an unknown operation, a missing or illegal
 * quantity, a price beyond safe integers, or a moment before the first version.
 */
export function price(book: PriceBook, operation: string, params: Params, now: number): Price {
  const version = versionAt(book, now);
  const formula = Object.hasOwn(version.prices, operation) ? version.prices[operation] : undefined;
  if (formula === undefined) throw new RangeError(`price book ${version.version} has no operation ${operation}`);
  const credits = evaluate(formula, params);
  if (!Number.isSafeInteger(credits) || credits < 0)
    throw new RangeError(`the price of ${operation} is no credit amount`);
  return { credits, priceVersion: version.version };
}

function versionAt(book: PriceBook, now: number): PriceVersion {
  const version = book.findLast(({ effectiveFrom }) => effectiveFrom <= now);
  if (version === undefined) throw new RangeError(`no price book is in force at ${now}`);
  return version;
}

function evaluate(formula: PriceFormula, params: Params): number {
  if (formula.kind === 'flat') return formula.credits;
  const quantity = Object.hasOwn(params, formula.param) ? params[formula.param] : undefined;
  if (typeof quantity !== 'number' || !Number.isSafeInteger(quantity) || quantity < 0) {
    throw new RangeError(`${formula.param} must be a non-negative integer`);
  }
  const remainder = quantity % formula.unit; // whole division: exact where quantity / unit would round
  const units = (quantity - remainder) / formula.unit + (remainder > 0 ? 1 : 0);
  return units * formula.credits;
}
