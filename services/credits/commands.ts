/** Requests as commands of the ledger: priced, and with the fingerprint by which a repeat is known from another request. */
import { dearestParams, isOperation, limits, operations, type OperationId } from '@reelbanana/catalog';
import {
  endOfDay,
  fingerprint,
  price,
  type Actor,
  type Caps,
  type ConfigureCommand,
  type DeductCommand,
  type ExtendCommand,
  type GrantCommand,
  type Json,
  type Params,
  type Price,
  type PriceBook,
  type RefundCommand,
  type ReleaseCommand,
  type ReserveCommand,
  type SettleCommand,
} from '@reelbanana/ledger';
import type {
  DeductionInput,
  ExtendInput,
  GrantInput,
  HoldInput,
  RefundInput,
  ReleaseInput,
  WalletChange,
} from '@reelbanana/metering/contract';
import { invalid, Problem } from '@reelbanana/service-kit';
import type { z } from 'zod';

/** What every command of a request carries. */
export interface Meta {
  readonly walletId: string;
  readonly key: string;
  readonly actor: Actor;
  /** Of a reserve or deduct: how many a minute there may be. */
  readonly perMinuteMax?: number | undefined;
}

/** A request's operation and parameters, both known to be good. */
export interface Work {
  readonly operation: OperationId;
  readonly params: Params;
}

/** Throws INVALID_OPERATION, or VALIDATION_FAILED with paths under `body.params`. */
export function checkWork(input: { readonly operation: string; readonly params: unknown }): Work {
  const { operation } = input;
  if (!isOperation(operation)) {
    throw new Problem('INVALID_OPERATION', 'The catalog has no such operation', {
      operations: Object.keys(operations),
    });
  }
  return { operation, params: checkParams(operation, input.params) };
}

/** Throws VALIDATION_FAILED with paths under `body.params`. */
export function checkParams(operation: OperationId, params: unknown): Params {
  const schema: z.ZodType = operations[operation].params;
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data as Params;
  throw invalid(
    parsed.error.issues.flatMap((issue) => {
      const path = ['body', 'params', ...issue.path.map(String)].join('.');
      return issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'is not a known field' }))
        : [{ path, message: issue.message }];
    }),
  );
}

/** The price now. Replays keep the price that their entry has stored. */
export function priceNow(book: PriceBook, { operation, params }: Work, now: number): Price {
  return price(book, operation, params, now);
}

/** The price by the version that a hold was made under. */
export function priceAt(book: PriceBook, { operation, params }: Work, version: number): Price {
  const published = book.find((candidate) => candidate.version === version);
  if (published === undefined) throw new RangeError(`the price book has no version ${version}`);
  return price([published], operation, params, published.effectiveFrom);
}

export function deductCommand(meta: Meta, input: DeductionInput, work: Work, priced: Price): DeductCommand {
  return {
    type: 'deduct',
    ...keyed(meta, 'deduct', meta.walletId, asked(input)),
    ...work,
    ...priced,
    ...limited(meta),
  };
}

export function reserveCommand(meta: Meta, input: HoldInput, work: Work, priced: Price): ReserveCommand {
  const { ttlSeconds = limits.holdTtlSeconds.default, supersedes } = input;
  return {
    type: 'reserve',
    ...keyed(meta, 'reserve', meta.walletId, asked(input)),
    ...work,
    ...priced,
    ...limited(meta),
    ttlMs: ttlSeconds * 1000,
    ...(supersedes === undefined ? {} : { supersedes }),
  };
}

export function extendCommand(meta: Meta, holdId: string, input: ExtendInput): ExtendCommand {
  return { type: 'extend', ...keyed(meta, 'extend', holdId, input), holdId, ttlMs: input.ttlSeconds * 1000 };
}

/** What an operation may cost at most by a version, and who bears what its hold cannot. */
export function boundsOf(book: PriceBook, operation: OperationId, version: number): SettleBounds {
  const { credits: creditsMax } = priceAt(book, { operation, params: dearestParams(operation) }, version);
  return { creditsMax, overrun: operations[operation].overrun };
}

export type SettleBounds = Required<Pick<SettleCommand, 'creditsMax' | 'overrun'>>;

/** `fields`: the body as the client sent it; `credits`: what it comes to (absent: the whole hold). */
export function settleCommand(
  meta: Meta,
  holdId: string,
  fields: object,
  credits: number | undefined,
  bounds?: SettleBounds,
): SettleCommand {
  return {
    type: 'settle',
    ...keyed(meta, 'settle', holdId, fields),
    holdId,
    ...(credits === undefined ? {} : { credits }),
    ...bounds,
  };
}

export function releaseCommand(meta: Meta, holdId: string, input: ReleaseInput): ReleaseCommand {
  return { type: 'release', ...keyed(meta, 'release', holdId, input), holdId, reasonCode: input.reasonCode };
}

/** Expiries are rounded up to the end of their UTC day, so that equal credits share a bucket; one that has passed is refused as it is. */
export function grantCommand(meta: Meta, input: GrantInput, now: number): GrantCommand {
  const { kind, credits, expiresAt, source, reasonCode } = input;
  return {
    type: 'grant',
    ...keyed(meta, 'grant', meta.walletId, input),
    kind,
    credits,
    source,
    reasonCode,
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt > now ? endOfDay(expiresAt) : expiresAt }),
  };
}

export function refundCommand(meta: Meta, input: RefundInput): RefundCommand {
  const { entryId, credits, reasonCode } = input;
  return {
    type: 'refund',
    ...keyed(meta, 'refund', meta.walletId, input),
    entryId,
    ...(credits === undefined ? {} : { credits }),
    reasonCode,
  };
}

export function configureCommand(meta: Meta, input: WalletChange): ConfigureCommand {
  const { unmetered, status, overdraftLimit, caps, reasonCode } = input;
  return {
    type: 'configure',
    ...keyed(meta, 'configure', meta.walletId, input),
    ...(unmetered === undefined ? {} : { unmetered }),
    ...(status === undefined ? {} : { status }),
    ...(overdraftLimit === undefined ? {} : { overdraftLimit }),
    ...(caps === undefined ? {} : { caps: capsOf(caps) }),
    reasonCode,
  };
}

/** Without the fields that were not sent, which the schema's type cannot tell from undefined ones. */
function capsOf({ perMinute, daily, monthly }: NonNullable<WalletChange['caps']>): Caps {
  return {
    ...(perMinute === undefined ? {} : { perMinute }),
    ...(daily === undefined ? {} : { daily }),
    ...(monthly === undefined ? {} : { monthly }),
  };
}

/** A quote that a repeat has renewed, or marks of another try, make it no other request (design, section 4). */
function asked(input: DeductionInput | HoldInput): object {
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'quoteToken' && name !== 'metadata'));
}

const limited = ({ perMinuteMax }: Meta): { perMinuteMax?: number } =>
  perMinuteMax === undefined ? {} : { perMinuteMax };

/** `fields` are the client's, before defaults: a default that changes later must not make a repeat another request. */
function keyed({ key, actor }: Meta, command: string, target: string, fields: object) {
  return { key, actor, fingerprint: fingerprint(command, target, fields as Json) };
}
