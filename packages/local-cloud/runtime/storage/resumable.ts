// Resumable uploads: a session is opened with the metadata, then fed in one or more PUTs, each saying which bytes it
// brings. The session's address is the permission, as in Cloud Storage, hence unguessable.
import { randomBytes } from 'node:crypto';
import { CloudError, InvalidArgument, NotFound } from '../errors.ts';
import { readBody, sendJson } from '../http.ts';
import { attributesOf, authorizeWrite, parseResource, preconditionsOf, resourceOf } from './request.ts';
import type { StorageRequest } from './request.ts';
import { checkPreconditions } from './store.ts';
import type { ObjectAttributes, Preconditions, StoredObject } from './store.ts';
import type { StagedUpload } from './staged.ts';
import { objectNameOf } from './upload.ts';

const METADATA_BYTES_MAX = 1024 * 1024;

interface Session {
  readonly bucket: string;
  readonly name: string;
  readonly attributes: ObjectAttributes;
  readonly conditions: Preconditions;
  readonly staged: StagedUpload;
  /** Set when all bytes have come: a repeated last PUT gets the same answer. */
  object?: StoredObject;
  /** One PUT at a time: a retry may arrive while its predecessor is still being read. */
  busy: Promise<void>;
}

export interface ResumableUploads {
  start(r: StorageRequest, bucket: string): Promise<void>;
  put(r: StorageRequest, uploadId: string): Promise<void>;
  cancel(r: StorageRequest, uploadId: string): Promise<void>;
}

export function createResumableUploads(): ResumableUploads {
  const sessions = new Map<string, Session>();
  const sessionOf = (id: string) => {
    const session = sessions.get(id);
    if (session === undefined) throw new NotFound('No such upload session');
    return session;
  };
  return {
    start: async (r, bucket) => {
      const resource = parseResource(await readBody(r.req, METADATA_BYTES_MAX));
      const name = objectNameOf(r, resource);
      authorizeWrite(r, bucket, name);
      const conditions = preconditionsOf(r.query);
      checkPreconditions(r.store.find(bucket, name), conditions);
      const announced = r.req.headers['x-upload-content-type'];
      const attributes = attributesOf(resource, typeof announced === 'string' ? announced : undefined);
      const id = randomBytes(32).toString('base64url');
      const staged = r.store.stage(bucket, name);
      sessions.set(id, { bucket, name, attributes, conditions, staged, busy: Promise.resolve() });
      const location = `${r.origin}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${id}`;
      r.res.writeHead(200, { location, 'x-guploader-uploadid': id, 'content-length': 0 }).end();
    },
    put: async (r, id) => {
      const session = sessionOf(id);
      const turn = session.busy.then(() => receive(r, session));
      session.busy = turn.catch(() => undefined);
      await turn;
    },
    cancel: async (r, id) => {
      const session = sessionOf(id);
      sessions.delete(id);
      await session.staged.discard();
      // 499 is Google's answer to a cancelled upload.
      r.res.writeHead(499, { 'content-length': 0 }).end();
    },
  };
}

async function receive(r: StorageRequest, session: Session): Promise<void> {
  if (session.object !== undefined) return sendJson(r.res, 200, resourceOf(session.object, r.origin));
  const range = parseContentRange(r.req.headers['content-range']);
  if (range.first !== undefined) await append(r, session, range.first);
  const { staged } = session;
  // Without a declared total the end of the body is the end of the object ("bytes 0-*/*").
  const total = range.total ?? (range.open ? staged.sizeBytes : undefined);
  if (total === undefined || staged.sizeBytes < total) {
    const got: Record<string, string> = staged.sizeBytes === 0 ? {} : { range: `bytes=0-${staged.sizeBytes - 1}` };
    r.res.writeHead(308, 'Resume Incomplete', { ...got, 'content-length': 0 }).end();
    return;
  }
  if (staged.sizeBytes > total) throw new InvalidArgument(`${staged.sizeBytes} bytes came, ${total} were declared`);
  try {
    const bytes = await staged.finish();
    session.object = r.store.commit(session.bucket, session.name, bytes, session.attributes, session.conditions);
  } finally {
    await staged.discard();
  }
  sendJson(r.res, 200, resourceOf(session.object, r.origin));
}

/** Takes the body's bytes from where the session stands; those that it already has are skipped. */
async function append(r: StorageRequest, session: Session, first: number): Promise<void> {
  const have = session.staged.sizeBytes;
  if (first > have) throw new CloudError('OUT_OF_RANGE', 400, `the next byte is ${have}, not ${first}`);
  let skip = have - first;
  for await (const chunk of r.req as AsyncIterable<Buffer>) {
    const fresh = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - fresh.length;
    if (fresh.length > 0) await session.staged.write(fresh);
  }
}

interface ContentRange {
  /** First byte of this body; undefined asks only how far the session is. */
  readonly first?: number;
  /** Size of the whole object, where the client has said it. */
  readonly total?: number;
  /** "N-*": the body runs to the end of the object. */
  readonly open: boolean;
}

/** `bytes 0-99/200`, `bytes 0-*\/*`, `bytes *\/200`, `bytes *\/*`; none means the whole object at once. */
export function parseContentRange(header: string | undefined): ContentRange {
  if (header === undefined) return { first: 0, open: true };
  const match = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*|undefined)$/.exec(header);
  if (match === null) throw new InvalidArgument(`Failed to parse Content-Range header: ${header}`);
  const [, first, last, total] = match;
  return {
    ...(first === undefined ? {} : { first: Number(first) }),
    ...(total === undefined || !/^\d+$/.test(total) ? {} : { total: Number(total) }),
    open: last === '*',
  };
}
