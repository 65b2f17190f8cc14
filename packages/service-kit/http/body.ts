/** Reads and parses a JSON body strictly: bounded, UTF-8, well-formed Unicode, plain keys, bounded depth. */
import type { IncomingMessage } from 'node:http';
import { limits } from '@reelbanana/catalog';
import { invalid, Problem } from './problem.ts';

/** Deeper than any body of ours; keeps a hostile one from costing stack. */
const depthMax = 16;

/** Keys that can reach an object's prototype where a body is merged or copied carelessly. */
const pollutingKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The parsed body; undefined if the request has none. Throws PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE or
 * VALIDATION_FAILED (path `body`, or the offending key's).
 */
export async function readJson(request: IncomingMessage, sizeBytesMax: number = limits.bodyBytesMax): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  const declaredBytes = Number(request.headers['content-length'] ?? 0);
  if (declaredBytes > sizeBytesMax) throw tooLarge(sizeBytesMax);
  checkMediaType(request);
  const bytes = await readBytes(request, sizeBytesMax);
  return bytes.length === 0 ? undefined : parse(bytes);
}

/** Whether the request announces a body at all. */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function checkMediaType(request: IncomingMessage): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  if (type.trim() !== 'application/json') {
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', `Content-Type must be application/json, not ${shown(type)}`);
  }
  for (const parameter of parameters) {
    const [name, value] = parameter.split('=').map((part) => part.trim().replaceAll('"', ''));
    if (name === 'charset' && value !== 'utf-8')
      throw new Problem('UNSUPPORTED_MEDIA_TYPE', 'The charset must be utf-8');
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', 'Compressed bodies are not taken');
  }
}

const shown = (type: string): string => (type.trim() === '' ? 'absent' : JSON.stringify(type.trim().slice(0, 80)));

/** By events: an async iterator costs more than all else that is done to a body. */
function readBytes(request: IncomingMessage, sizeBytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    // The client left in the middle of it: nobody hears this, but it is no bug of ours either.
    const cutOff = (): void => reject(invalid([{ path: 'body', message: 'was cut off' }]));
    const take = (chunk: Buffer): void => {
      sizeBytes += chunk.length;
      if (sizeBytes <= sizeBytesMax) return void chunks.push(chunk);
      request.off('data', take).pause();
      reject(tooLarge(sizeBytesMax));
    };
    if (request.destroyed) return cutOff();
    request.on('data', take);
    request.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.once('error', cutOff);
    request.once('close', () => {
      if (!request.readableEnded) cutOff();
    });
  });
}

/** The rest of the body is not read, so the connection cannot be used again. */
const tooLarge = (sizeBytesMax: number): Problem =>
  new Problem('PAYLOAD_TOO_LARGE', `The body may have at most ${sizeBytesMax} bytes`, {}, { Connection: 'close' });

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parse(bytes: Buffer): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw invalid([{ path: 'body', message: 'is not UTF-8' }]);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // V8's message may quote the body: it is not repeated.
    throw invalid([{ path: 'body', message: 'is not JSON' }]);
  }
  refuseOddities(value, 'body', 0);
  return value;
}

function refuseOddities(value: unknown, path: string, depth: number): void {
  if (typeof value === 'string') refuseHalfPair(value, path);
  if (typeof value !== 'object' || value === null) return;
  if (depth >= depthMax) throw invalid([{ path: 'body', message: `is nested deeper than ${depthMax}` }]);
  for (const [key, child] of Object.entries(value)) {
    if (pollutingKeys.has(key)) throw invalid([{ path: `${path}.${key}`, message: 'is not an allowed key' }]);
    refuseHalfPair(key, path);
    refuseOddities(child, `${path}.${key}`, depth + 1);
  }
}

/** `\ud800` is JSON but no Unicode text (RFC 7493, 2.1): it could be neither hashed nor stored. */
function refuseHalfPair(text: string, path: string): void {
  if (!text.isWellFormed()) throw invalid([{ path, message: 'is not well-formed Unicode' }]);
}
