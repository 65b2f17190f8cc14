/**
 * Quotes: a price that is fixed for a quarter of an hour, signed so that nobody has to remember it. The token is the quote's
 * JSON and an HMAC-SHA256 over it. It holds for one wallet of one environment, one operation and its very parameters.
 *
 * Keys rotate without a gap: the secret `quote-signing-key` holds one key, or two, the newer one first. The first signs,
 * both are taken; once the older one's last quote has run out, the next version of the secret leaves it away.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { limits } from '@reelbanana/catalog';
import { jcs, type Price } from '@reelbanana/ledger';
import { Problem } from '@reelbanana/service-kit';
import type { Work } from './commands.ts';

/** What a token says. `exp`: Unix ms. */
export interface Quote extends Work {
  /** project id + '/' + database id */
  readonly env: string;
  readonly walletId: string;
  readonly version: number;
  readonly credits: number;
  readonly exp: number;
  readonly keyId: string;
}

export interface Quotes {
  issue(walletId: string, work: Work, price: Price, now: number): { readonly quoteToken: string; readonly exp: number };
  /** The quote, which may have run out. Throws QUOTE_INVALID: altered, unknown, or for something else. */
  read(quoteToken: string, walletId: string, work: Work): Quote;
}

export interface QuoteOptions {
  readonly env: string;
  /** One or two, the one that signs first. */
  readonly keys: readonly string[];
}

export function createQuotes({ env, keys }: QuoteOptions): Quotes {
  const [signing] = keys;
  if (signing === undefined) throw new RangeError('quotes need a key');
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]));
  const mac = (payload: string, key: string): Buffer =>
    Buffer.from(createHmac('sha256', key).update(payload).digest('base64url'));

  function verified(quoteToken: string): Quote {
    const [payload = '', signature = '', ...more] = quoteToken.split('.');
    const claimed = parsed(payload);
    // Whatever it says it is by: a conversion to text could throw.
    const key = claimed === undefined ? undefined : byId.get(claimed.keyId);
    if (claimed === undefined || key === undefined || more.length > 0) throw invalidQuote('it is none of ours');
    const [expected, sent] = [mac(payload, key), Buffer.from(signature)];
    // As text: two texts may be base64 of the same bytes, and an altered token is an altered token.
    if (expected.length !== sent.length || !timingSafeEqual(expected, sent)) throw invalidQuote('it was altered');
    return claimed;
  }

  return {
    issue(walletId, { operation, params }, { credits, priceVersion }, now) {
      const exp = now + limits.quoteTtlSeconds * 1000;
      const quote = { env, walletId, operation, params, version: priceVersion, credits, exp, keyId: keyIdOf(signing) };
      const payload = Buffer.from(jcs(quote)).toString('base64url');
      return { quoteToken: `${payload}.${mac(payload, signing).toString()}`, exp };
    },

    read(quoteToken, walletId, work) {
      const quote = verified(quoteToken);
      if (quote.env !== env) throw invalidQuote('it is for another environment');
      if (quote.walletId !== walletId) throw invalidQuote('it is for another wallet');
      if (quote.operation !== work.operation) throw invalidQuote(`it is for ${quote.operation}`);
      if (jcs(quote.params) !== jcs(work.params)) throw invalidQuote('it is for other parameters');
      return quote;
    },
  };
}

const invalidQuote = (why: string): Problem => new Problem('QUOTE_INVALID', `The quote is not valid here: ${why}`);

/** Says which key signed and gives nothing of it away. */
const keyIdOf = (key: string): string => createHash('sha256').update(`quote-key:${key}`).digest('hex').slice(0, 8);

/** Undefined for what is no JSON object. Nothing of it counts before its signature does. */
function parsed(payload: string): Quote | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Quote) : undefined;
  } catch {
    return undefined;
  }
}

/** The keys in the secret's value: one, or two, separated by white space. */
export function keysOf(secret: string): readonly string[] {
  return secret.split(/\s+/).filter((key) => key !== '');
}
