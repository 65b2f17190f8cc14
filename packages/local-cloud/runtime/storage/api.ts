// The Cloud Storage JSON API over the bucket store: which call is it. Access is IAM's, on the caller's access token.
import { InvalidArgument, NotFound } from '../errors.ts';
import type { Handler } from '../http.ts';
import { sendJson } from '../http.ts';
import { download, getMetadata, list, patch, remove } from './objects.ts';
import { authorize, sendStorageError } from './request.ts';
import type { StorageContext, StorageRequest } from './request.ts';
import { createResumableUploads } from './resumable.ts';
import type { ResumableUploads } from './resumable.ts';
import { uploadMedia, uploadMultipart } from './upload.ts';

/** `/storage/v1/b/BUCKET[/o[/OBJECT]]`, with `/upload` or `/download` before it; names are percent-encoded segments. */
const PATH = /^\/(?:(upload|download)\/)?storage\/v1\/b\/([^/]+)(\/o)?(?:\/([^/]+))?$/;

/** Handles every request whose path `isStoragePath`. */
export function createStorageApi(context: StorageContext, origin: () => string): Handler {
  const resumable = createResumableUploads();
  return async (req, res) => {
    // Split by hand: URL would normalise the dots that object names may contain.
    const [path = '', search = ''] = (req.url ?? '').split('?', 2);
    const r: StorageRequest = { ...context, req, res, query: new URLSearchParams(search), origin: origin() };
    const asText = r.query.get('alt') === 'media';
    try {
      await route(r, path, resumable);
    } catch (error) {
      sendStorageError(res, error, asText);
    } finally {
      // A refusal may leave the body unread: drop it, so that the connection can serve the next request.
      if (!req.readableEnded) req.resume();
    }
  };
}

export function isStoragePath(url: string): boolean {
  return /^\/(upload\/|download\/)?storage\/v1\//.test(url);
}

async function route(r: StorageRequest, path: string, resumable: ResumableUploads): Promise<void> {
  const [matched, kind = '', bucketSegment = '', collection, objectSegment] = PATH.exec(path) ?? [];
  if (matched === undefined || (objectSegment !== undefined && collection === undefined)) throw notOffered(r, path);
  const bucket = decode(bucketSegment);
  const object = decode(objectSegment ?? '');
  const target = objectSegment !== undefined ? 'object' : collection !== undefined ? 'objects' : 'bucket';
  const uploadId = r.query.get('upload_id') ?? '';
  switch ([r.req.method, kind, target].filter(Boolean).join(' ')) {
    case 'GET bucket':
      authorize(r, 'storage.buckets.get', bucket);
      return sendJson(r.res, 200, { kind: 'storage#bucket', id: bucket, name: bucket, storageClass: 'STANDARD' });
    case 'GET objects':
      return list(r, bucket);
    case 'POST upload objects':
      return upload(r, bucket, resumable);
    case 'PUT upload objects':
      return resumable.put(r, uploadId);
    case 'DELETE upload objects':
      return resumable.cancel(r, uploadId);
    case 'GET object':
    case 'HEAD object':
      return r.query.get('alt') === 'media' ? download(r, bucket, object) : getMetadata(r, bucket, object);
    case 'GET download object':
      return download(r, bucket, object);
    case 'PATCH object':
      return patch(r, bucket, object);
    case 'DELETE object':
      return remove(r, bucket, object);
    default:
      throw notOffered(r, path);
  }
}

function upload(r: StorageRequest, bucket: string, resumable: ResumableUploads): Promise<void> {
  const type = r.query.get('uploadType');
  if (type === 'resumable') return resumable.start(r, bucket);
  if (type === 'multipart') return uploadMultipart(r, bucket);
  if (type === 'media') return uploadMedia(r, bucket);
  throw new InvalidArgument('uploadType must be media, multipart or resumable');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new InvalidArgument(`malformed percent-encoding: ${segment}`);
  }
}

function notOffered(r: StorageRequest, path: string): NotFound {
  return new NotFound(`the local Cloud Storage does not offer ${r.req.method} ${path}`);
}
