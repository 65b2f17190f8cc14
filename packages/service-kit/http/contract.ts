/**
 * A route as plain data (method, path, who may call, zod schemas, the errors it can answer) and its typed handler.
 * OpenAPI, clients and load-test targets are derived from the same contracts.
 */
import type { Readable } from 'node:stream';
import type { ErrorCode } from '@reelbanana/catalog';
import type { z } from 'zod';
import type { Caller } from '../auth/caller.ts';
import type { Log } from '../logging.ts';

/**
 * Who may call a route.
 *
 * - `any`: nobody signs in; tokens are not looked at.
 * - `user`: an end user on their own (`Authorization` alone).
 * - `userAndService`: an allowed account on behalf of an end user (both headers).
 * - `service`: an allowed account (`Service-Authorization`; a user's token beside it changes nothing).
 * - `admin`: a user with the claim `admin` true, whose token was not revoked, on their own.
 */
export type Principal = 'user' | 'service' | 'userAndService' | 'admin' | 'any';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A response body that is not JSON. */
export interface BinaryResponse {
  readonly binary: string;
}

/**
 * A response that is sent piece by piece while it is made, in one of several forms: by media type, the schema of the whole
 * document where it is JSON, null where it is text.
 */
export interface StreamedResponse {
  readonly streamed: Readonly<Record<string, z.ZodType | null>>;
}

export type ResponseSchema = z.ZodType | BinaryResponse | StreamedResponse;

export interface RouteContract {
  readonly method: Method;
  /** Express path, e.g. `/v1/wallets/:walletId/holds`. Also the route label of metrics and spans. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly principals: readonly Principal[];
  /** True: an Idempotency-Key is required. in-body: the body carries keys of its own, and the header is refused. */
  readonly key?: boolean | 'in-body';
  /** Bytes that a body may have; absent: what any body may have. */
  readonly bodyBytesMax?: number;
  /** True: answers tell by RateLimit headers how the caller stands to a limit, where that is known. */
  readonly limited?: boolean;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /** Absent: the route takes no body and refuses one. */
  readonly body?: z.ZodType;
  readonly responses: Readonly<Record<number, ResponseSchema>>;
  /** What it can answer beside the errors of every route (authentication, validation, INTERNAL). */
  readonly errors: readonly ErrorCode[];
}

type Output<S, Absent> = S extends z.ZodType ? z.output<S> : Absent;

/** A request that has passed authentication and validation, typed by its contract. */
export interface Typed<C extends RouteContract = RouteContract> {
  readonly caller: Caller;
  /** The Idempotency-Key; the empty string where the contract asks for none. */
  readonly key: string;
  readonly params: Output<C['params'], Record<string, never>>;
  readonly query: Output<C['query'], Record<string, never>>;
  readonly body: Output<C['body'], undefined>;
  /** Writes with the trace id of this request. Never log tokens, texts or addresses. */
  readonly log: Log;
  readonly traceId: string;
  /** Aborted when the client goes away before it was answered. */
  readonly signal: AbortSignal;
}

/**
 * The body of a streamed reply. It is asked for one piece at a time, as fast as the client reads, and given up when the
 * client goes away. What it throws before the first piece is answered as any failure; what it throws later cuts the
 * connection, so that no half of a document looks like a whole one.
 */
export interface Streamed<Type extends string = string> {
  readonly type: Type;
  readonly pieces: AsyncIterable<string>;
}

type ReplyBody<S> = S extends z.ZodType
  ? z.input<S>
  : S extends StreamedResponse
    ? Streamed<keyof S['streamed'] & string>
    : Uint8Array | Readable;

/** One of the contract's responses. */
export type Reply<C extends RouteContract = RouteContract> = {
  [S in keyof C['responses'] & number]: {
    readonly status: S;
    readonly body: ReplyBody<C['responses'][S]>;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[keyof C['responses'] & number];

/** What createService takes: a contract and what does its work. */
export interface Route {
  readonly contract: RouteContract;
  readonly handler: (request: Typed) => Promise<AnyReply>;
}

export interface AnyReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Keeps a contract's literal types, so that handlers and clients are typed by it. */
export function defineContract<const C extends RouteContract>(contract: C): C {
  return contract;
}

/** Binds a handler to its contract. Expected failures are thrown as `Problem`; anything else thrown is a bug (500). */
export function route<C extends RouteContract>(
  contract: C,
  handler: (request: Typed<C>) => Promise<Reply<NoInfer<C>>>,
): Route {
  // The app factory has parsed params, query and body by this very contract before it calls.
  return { contract, handler: handler };
}

/** A reply with its status as a literal type, which an async handler's object literal would lose. */
export function reply<S extends number, B>(
  status: S,
  body: B,
  headers: Readonly<Record<string, string>> = {},
): { readonly status: S; readonly body: B; readonly headers: Readonly<Record<string, string>> } {
  return { status, body, headers };
}
