// Objects of the JSON API: metadata, download with ranges, change, delete, list.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { CloudError, InvalidArgument, NotFound } from '../errors.ts';
import { readBody, sendJson } from '../http.ts';
import { authorize, changesOf, etagOf, parseResource, preconditionsOf, resourceOf } from './request.ts';
import type { StorageRequest } from './request.ts';
import { checkPreconditions, compareNames } from './store.ts';
import type { StoredObject } from './store.ts';

const METADATA_BYTES_MAX = 1024 * 1024;
/** As Google's. */
const LIST_MAX = 1000;

export function getMetadata(r: StorageRequest, bucket: string, name: string): void {
  authorize(r, 'storage.objects.get', bucket);
  const object = requireObject(r, bucket, name);
  checkPreconditions(object, preconditionsOf(r.query));
  sendJson(r.res, 200, resourceOf(object, r.origin), { etag: etagOf(object) });
}

/** Streams the bytes, whole or one range; a later overwrite does not touch a download under way. */
export async function download(r: StorageRequest, bucket: string, name: string): Promise<void> {
  authorize(r, 'storage.objects.get', bucket);
  const object = requireObject(r, bucket, name);
  checkPreconditions(object, preconditionsOf(r.query));
  const range = rangeOf(r.req.headers.range, object.sizeBytes);
  if (range.refused) {
    r.res.setHeader('content-range', `bytes */${object.sizeBytes}`);
    throw new CloudError('OUT_OF_RANGE', 416, 'The requested range cannot be satisfied.');
  }
  r.res.writeHead(range.code, { ...downloadHeaders(object), ...range.headers });
  if (range.length === 0 || r.req.method === 'HEAD') {
    r.res.end();
    return;
  }
  // Opened in the same turn as looked up: these are the bytes of that generation.
  const { fd } = r.store.open(bucket, name);
  await pipeline(createReadStream('', { fd, ...range.stream }), r.res);
}

export async function patch(r: StorageRequest, bucket: string, name: string): Promise<void> {
  authorize(r, 'storage.objects.update', bucket);
  const changes = changesOf(parseResource(await readBody(r.req, METADATA_BYTES_MAX)));
  requireObject(r, bucket, name);
  sendJson(r.res, 200, resourceOf(r.store.describe(bucket, name, changes, preconditionsOf(r.query)), r.origin));
}

export function remove(r: StorageRequest, bucket: string, name: string): void {
  authorize(r, 'storage.objects.delete', bucket);
  requireObject(r, bucket, name);
  r.store.removeIf(bucket, name, preconditionsOf(r.query));
  r.res.writeHead(204).end();
}

/** In the order of names; with a delimiter, names that share a next segment are folded into one prefix. */
export function list(r: StorageRequest, bucket: string): void {
  authorize(r, 'storage.objects.list', bucket);
  const prefix = r.query.get('prefix') ?? '';
  const delimiter = r.query.get('delimiter') ?? '';
  const start = r.query.get('startOffset') ?? '';
  const wanted = Number(r.query.get('maxResults') ?? LIST_MAX);
  if (!Number.isInteger(wanted) || wanted < 1) throw new InvalidArgument('Invalid value for maxResults');
  const after = r.query.get('pageToken');
  const last = after === null ? undefined : Buffer.from(after, 'base64url').toString('utf8');
  const items: unknown[] = [];
  const prefixes = new Set<string>();
  let previous: string | undefined;
  let nextPageToken: string | undefined;
  for (const object of r.store.list(bucket, prefix)) {
    if (compareNames(object.name, start) < 0) continue;
    const cut = delimiter === '' ? -1 : object.name.indexOf(delimiter, prefix.length);
    const entry = cut === -1 ? object.name : object.name.slice(0, cut + delimiter.length);
    if (prefixes.has(entry) || (last !== undefined && compareNames(entry, last) <= 0)) continue;
    if (items.length + prefixes.size === Math.min(wanted, LIST_MAX)) {
      nextPageToken = Buffer.from(previous ?? '').toString('base64url');
      break;
    }
    if (cut === -1) items.push(resourceOf(object, r.origin));
    else prefixes.add(entry);
    previous = entry;
  }
  sendJson(r.res, 200, {
    kind: 'storage#objects',
    ...(items.length > 0 ? { items } : {}),
    ...(prefixes.size > 0 ? { prefixes: [...prefixes] } : {}),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  });
}

/** A generation that has been replaced is gone: there is no versioning here. */
function requireObject(r: StorageRequest, bucket: string, name: string): StoredObject {
  const object = r.store.find(bucket, name);
  const generation = r.query.get('generation');
  if (object === undefined || (generation !== null && generation !== object.generation)) {
    throw new NotFound(`No such object: ${bucket}/${name}`);
  }
  return object;
}

function downloadHeaders(o: StoredObject): Record<string, string> {
  return {
    'content-type': o.contentType,
    ...(o.contentEncoding === undefined ? {} : { 'content-encoding': o.contentEncoding }),
    ...(o.contentDisposition === undefined ? {} : { 'content-disposition': o.contentDisposition }),
    ...(o.contentLanguage === undefined ? {} : { 'content-language': o.contentLanguage }),
    'cache-control': o.cacheControl ?? 'no-cache, no-store, max-age=0, must-revalidate',
    'accept-ranges': 'bytes',
    etag: etagOf(o),
    'last-modified': new Date(o.updatedAt).toUTCString(),
    'x-goog-hash': `crc32c=${o.crc32cBase64},md5=${o.md5Base64}`,
    'x-goog-generation': o.generation,
    'x-goog-metageneration': o.metageneration,
    'x-goog-stored-content-encoding': o.contentEncoding ?? 'identity',
    'x-goog-stored-content-length': String(o.sizeBytes),
  };
}

interface ByteRange {
  readonly refused: boolean;
  readonly code: 200 | 206;
  readonly length: number;
  readonly headers: Record<string, string>;
  readonly stream: { start?: number; end?: number };
}

/** `bytes=A-B`, `bytes=A-`, `bytes=-N` (RFC 9110); anything else is ignored, as HTTP allows. */
export function rangeOf(header: string | undefined, sizeBytes: number): ByteRange {
  const match = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/.exec(header ?? '');
  const [, from, to, suffix] = match ?? [];
  if (match === null || (to !== undefined && to !== '' && Number(to) < Number(from))) {
    const headers = { 'content-length': String(sizeBytes) };
    return { refused: false, code: 200, length: sizeBytes, headers, stream: { start: 0 } };
  }
  const start = suffix === undefined ? Number(from) : Math.max(0, sizeBytes - Number(suffix));
  const end = to === undefined || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  const length = end - start + 1;
  if (start >= sizeBytes || length < 1)
    return { refused: true, code: 206, length: 0, headers: {}, stream: { start: 0 } };
  const headers = { 'content-length': String(length), 'content-range': `bytes ${start}-${end}/${sizeBytes}` };
  return { refused: false, code: 206, length, headers, stream: { start, end } };
}
