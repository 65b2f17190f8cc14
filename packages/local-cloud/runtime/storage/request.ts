// One call of the Cloud Storage JSON API: who calls, on what, under which conditions; and the shapes of its answers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CloudError, InvalidArgument, NotFound, Unauthenticated } from '../errors.ts';
import { sendJson, sendText } from '../http.ts';
import { requirePermission, serviceAccountMember } from '../iam.ts';
import type { TokenIssuer } from '../tokens.ts';
import type { Iam } from '../types.ts';
import type { BucketStore, ObjectAttributes, Preconditions, StoredObject } from './store.ts';

export interface StorageContext {
  readonly store: BucketStore;
  readonly iam: Iam;
  readonly tokens: TokenIssuer;
}

export interface StorageRequest extends StorageContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly query: URLSearchParams;
  /** `http://127.0.0.1:PORT`, for the addresses that answers carry. */
  readonly origin: string;
}

/** The account of the access token. Throws Unauthenticated. */
export function callerOf(r: Pick<StorageRequest, 'req' | 'tokens'>): string {
  const token = /^Bearer (.+)$/.exec(r.req.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new Unauthenticated('Anonymous caller: the request carries no access token.');
  const email = r.tokens.accountOf(token);
  if (email === undefined) throw new Unauthenticated('Invalid Credentials');
  return serviceAccountMember(email);
}

/** Throws Unauthenticated, then PermissionDenied, then NotFound for the bucket. */
export function authorize(r: StorageRequest, permission: string, bucket: string): void {
  requirePermission(r.iam, callerOf(r), permission, `buckets/${bucket}`);
  if (!r.store.has(bucket)) throw new NotFound(`The specified bucket does not exist: ${bucket}`);
}

/** Writing needs create, and delete too where it replaces an object: Google's rule. */
export function authorizeWrite(r: StorageRequest, bucket: string, object: string): void {
  authorize(r, 'storage.objects.create', bucket);
  if (r.store.find(bucket, object) !== undefined) authorize(r, 'storage.objects.delete', bucket);
}

export function preconditionsOf(query: URLSearchParams): Preconditions {
  const conditions: Record<string, string> = {};
  for (const name of ['ifGenerationMatch', 'ifGenerationNotMatch', 'ifMetagenerationMatch']) {
    const value = query.get(name);
    if (value === null) continue;
    if (!/^\d+$/.test(value)) throw new InvalidArgument(`Invalid value for ${name}: ${JSON.stringify(value)}`);
    conditions[name] = value;
  }
  return conditions;
}

/** The object's attributes out of a JSON resource; `contentType` of the transport where the resource has none. */
export function attributesOf(resource: Record<string, unknown>, contentType: string | undefined): ObjectAttributes {
  return {
    ...changesOf(resource),
    contentType: textOf(resource, 'contentType') ?? contentType ?? 'application/octet-stream',
  };
}

/** Only what the resource names. */
export function changesOf(resource: Record<string, unknown>): Partial<ObjectAttributes> {
  const changes: Record<string, unknown> = {};
  for (const name of ['contentType', 'contentEncoding', 'contentDisposition', 'contentLanguage', 'cacheControl']) {
    const value = textOf(resource, name);
    if (value !== undefined) changes[name] = value;
  }
  const metadata = resource['metadata'];
  if (metadata !== undefined && metadata !== null) {
    if (typeof metadata !== 'object' || Array.isArray(metadata))
      throw new InvalidArgument('metadata must be an object');
    changes['metadata'] = Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, String(value)]));
  }
  return changes;
}

function textOf(resource: Record<string, unknown>, name: string): string | undefined {
  const value = resource[name];
  if (value !== undefined && typeof value !== 'string') throw new InvalidArgument(`${name} must be a string`);
  return value;
}

export function parseResource(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {};
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // falls through to the refusal
  }
  throw new InvalidArgument('Parse Error: the metadata is not a JSON object');
}

/** The object as the API shows it. */
export function resourceOf(o: StoredObject, origin: string): Record<string, unknown> {
  const path = `/storage/v1/b/${o.bucket}/o/${encodeURIComponent(o.name)}`;
  const {
    bucket,
    name,
    generation,
    metageneration,
    sizeBytes,
    md5Base64,
    crc32cBase64,
    createdAt,
    updatedAt,
    ...attributes
  } = o;
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: `${origin}${path}`,
    mediaLink: `${origin}/download${path}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation,
    metageneration,
    ...attributes,
    storageClass: 'STANDARD',
    size: String(sizeBytes),
    md5Hash: md5Base64,
    crc32c: crc32cBase64,
    etag: etagOf(o),
    timeCreated: createdAt,
    updated: updatedAt,
    timeStorageClassUpdated: createdAt,
  };
}

export function etagOf(o: StoredObject): string {
  return Buffer.from(`${o.generation}/${o.metageneration}`).toString('base64');
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'authError',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  412: 'conditionNotMet',
  413: 'uploadTooLarge',
  416: 'requestedRangeNotSatisfiable',
};

/** Cloud Storage's older envelope, with `errors`; a download's refusal is plain text, as Google's. */
export function sendStorageError(res: ServerResponse, error: unknown, asText: boolean): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const code = error instanceof CloudError ? error.httpCode : 500;
  const message = error instanceof Error ? error.message : String(error);
  if (asText) return sendText(res, code, message);
  const reason = REASONS[code] ?? 'internalError';
  sendJson(res, code, { error: { code, message, errors: [{ message, domain: 'global', reason }] } });
}
