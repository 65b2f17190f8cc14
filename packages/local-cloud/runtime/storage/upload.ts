// Simple uploads: the bytes alone (uploadType=media) or metadata and bytes in one body (uploadType=multipart).
import { InvalidArgument } from '../errors.ts';
import { readBody, sendJson } from '../http.ts';
import { attributesOf, authorizeWrite, parseResource, preconditionsOf, resourceOf } from './request.ts';
import type { StorageRequest } from './request.ts';
import { checkPreconditions } from './store.ts';
import type { ObjectAttributes } from './store.ts';

/** A multipart body is held in memory; clients switch to resumable uploads long before this. */
const MULTIPART_BYTES_MAX = 256 * 1024 * 1024;

export async function uploadMedia(r: StorageRequest, bucket: string): Promise<void> {
  const name = objectNameOf(r, {});
  await storeBytes(r, bucket, name, attributesOf({}, r.req.headers['content-type']), r.req as AsyncIterable<Buffer>);
}

export async function uploadMultipart(r: StorageRequest, bucket: string): Promise<void> {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(r.req.headers['content-type'] ?? '');
  const delimiter = boundary?.[1] ?? boundary?.[2];
  if (delimiter === undefined) throw new InvalidArgument('a multipart upload needs a boundary in its Content-Type');
  const [description, media, ...more] = splitMultipart(await readBody(r.req, MULTIPART_BYTES_MAX), delimiter);
  if (description === undefined || media === undefined || more.length > 0) {
    throw new InvalidArgument('a multipart upload has exactly two parts: metadata and media');
  }
  const resource = parseResource(description.body);
  const attributes = attributesOf(resource, media.headers['content-type']);
  await storeBytes(r, bucket, objectNameOf(r, resource), attributes, [media.body]);
}

export function objectNameOf(r: StorageRequest, resource: Record<string, unknown>): string {
  const name = r.query.get('name') ?? resource['name'];
  if (typeof name !== 'string' || name === '') throw new InvalidArgument('Required: the object needs a name');
  return name;
}

async function storeBytes(
  r: StorageRequest,
  bucket: string,
  name: string,
  attributes: ObjectAttributes,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<void> {
  authorizeWrite(r, bucket, name);
  const conditions = preconditionsOf(r.query);
  checkPreconditions(r.store.find(bucket, name), conditions); // early: spares reading the body
  const staged = r.store.stage(bucket, name);
  try {
    for await (const chunk of chunks) await staged.write(chunk);
    const object = r.store.commit(bucket, name, await staged.finish(), attributes, conditions);
    sendJson(r.res, 200, resourceOf(object, r.origin));
  } finally {
    await staged.discard();
  }
}

interface Part {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** RFC 2046, section 5.1.1: the line break before a delimiter belongs to the delimiter, so bytes stay exact. */
function splitMultipart(body: Buffer, delimiter: string): Part[] {
  const mark = Buffer.from(`--${delimiter}`);
  const parts: Part[] = [];
  let at = body.indexOf(mark);
  while (at !== -1) {
    const start = at + mark.length;
    if (body.subarray(start, start + 2).toString('latin1') === '--') return parts;
    const next = body.indexOf(Buffer.concat([Buffer.from('\r\n'), mark]), start);
    if (next === -1) break;
    const lineEnd = body.indexOf('\r\n', start) + 2; // padding after the delimiter
    // A part may have no header at all: then the blank line follows the delimiter.
    const blank = body.indexOf('\r\n\r\n', lineEnd - 2);
    if (blank === -1 || blank + 4 > next + 2) break;
    const headers: Record<string, string> = {};
    for (const line of body.subarray(lineEnd, Math.max(lineEnd, blank)).toString('latin1').split('\r\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
    }
    parts.push({ headers, body: body.subarray(Math.min(blank + 4, next), next) });
    at = next + 2;
  }
  throw new InvalidArgument('Malformed multipart body');
}
