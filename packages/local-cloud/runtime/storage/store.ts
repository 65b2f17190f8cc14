// Buckets over a folder. An object is one file, named by a digest of its name and its generation: no object name can
// reach outside its bucket, and a reader keeps the bytes that it opened. Its metadata lies beside it as JSON.
import { createHash } from 'node:crypto';
import { mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlreadyExists, ConditionNotMet, FailedPrecondition, InvalidArgument, NotFound } from '../errors.ts';
import type { Buckets } from '../types.ts';
import { crc32c, crc32cBase64 } from './crc32c.ts';
import { StagedUpload } from './staged.ts';
import type { StagedContent } from './staged.ts';

/** What an uploader may say of an object. */
export interface ObjectAttributes {
  readonly contentType: string;
  readonly contentEncoding?: string;
  readonly contentDisposition?: string;
  readonly contentLanguage?: string;
  readonly cacheControl?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface StoredObject extends ObjectAttributes {
  readonly bucket: string;
  readonly name: string;
  /** Grows with every write of any object: microseconds, as Google's. */
  readonly generation: string;
  readonly metageneration: string;
  readonly sizeBytes: number;
  readonly md5Base64: string;
  readonly crc32cBase64: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Preconditions {
  /** "0": the object must not exist. */
  readonly ifGenerationMatch?: string;
  readonly ifGenerationNotMatch?: string;
  readonly ifMetagenerationMatch?: string;
}

export interface BucketStore extends Buckets {
  has(bucket: string): boolean;
  /** Undefined when there is no such object. Throws NotFound for the bucket. */
  find(bucket: string, object: string): StoredObject | undefined;
  /** All objects whose name begins so, in the order of their names' UTF-8 bytes. Throws NotFound. */
  list(bucket: string, prefix: string): StoredObject[];
  /** The object and an open file descriptor on its bytes, which the caller closes. Throws NotFound. */
  open(bucket: string, object: string): { object: StoredObject; fd: number };
  /** Throws NotFound (bucket), InvalidArgument (name). */
  stage(bucket: string, object: string): StagedUpload;
  /** Makes the staged bytes the object, all or nothing. Throws ConditionNotMet, NotFound (bucket). */
  commit(bucket: string, name: string, bytes: StagedContent, o: ObjectAttributes, when: Preconditions): StoredObject;
  /** Changes what is said of an object, not its bytes. Throws NotFound, ConditionNotMet. */
  describe(bucket: string, object: string, changes: Partial<ObjectAttributes>, when: Preconditions): StoredObject;
  /** Throws NotFound, ConditionNotMet. */
  removeIf(bucket: string, object: string, when: Preconditions): void;
}

const NAME_BYTES_MAX = 1024;

export function createBucketStore(folder: string): BucketStore {
  const buckets = new Map<string, Map<string, StoredObject>>();
  let lastGeneration = 0;
  const nextGeneration = () => String((lastGeneration = Math.max(lastGeneration + 1, Date.now() * 1000)));
  const objectsOf = (bucket: string) => {
    const objects = buckets.get(bucket);
    if (objects === undefined) throw new NotFound(`The specified bucket does not exist: ${bucket}`);
    return objects;
  };
  const objectOf = (bucket: string, name: string) => {
    const object = objectsOf(bucket).get(name);
    if (object === undefined) throw new NotFound(`No such object: ${bucket}/${name}`);
    return object;
  };
  const pathOf = (o: { bucket: string; name: string; generation: string }) => join(folder, o.bucket, fileName(o));
  const removeFiles = (o: StoredObject) => {
    rmSync(pathOf(o), { force: true });
    rmSync(`${pathOf(o)}.json`, { force: true });
  };
  const record = (object: StoredObject) => {
    writeFileSync(`${pathOf(object)}.json`, `${JSON.stringify(object, null, 2)}\n`);
    objectsOf(object.bucket).set(object.name, object);
    return object;
  };
  /** `place` brings the bytes to the path; only then does the object change. */
  const replace = (
    o: Pick<StoredObject, 'bucket' | 'name' | 'sizeBytes' | 'md5Base64' | 'crc32cBase64'> & ObjectAttributes,
    place: (path: string) => void,
  ): StoredObject => {
    const before = objectsOf(o.bucket).get(o.name);
    const now = new Date().toISOString();
    const object = { ...o, generation: nextGeneration(), metageneration: '1', createdAt: now, updatedAt: now };
    place(pathOf(object));
    record(object);
    if (before !== undefined) removeFiles(before);
    return object;
  };
  const store: BucketStore = {
    create: (name) => {
      // Google's rule for names without dots; also what makes it safe as a folder's name.
      if (!/^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$/.test(name)) throw new InvalidArgument(`Invalid bucket name: '${name}'`);
      if (buckets.has(name)) throw new AlreadyExists(`The requested bucket name is not available: ${name}`);
      mkdirSync(join(folder, name), { recursive: true });
      buckets.set(name, new Map());
    },
    remove: (name, force) => {
      const size = buckets.get(name)?.size ?? 0;
      if (size > 0 && !force)
        throw new FailedPrecondition(`The bucket you tried to delete is not empty: ${name} (${size} objects)`);
      buckets.delete(name);
      if (/^[a-z0-9_-]+$/.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
    },
    put: (bucket, name, bytes, contentType) => {
      checkName(name);
      const md5Base64 = createHash('md5').update(bytes).digest('base64');
      const sums = { sizeBytes: bytes.length, md5Base64, crc32cBase64: crc32cBase64(crc32c(bytes)) };
      replace({ bucket, name, contentType, ...sums }, (path) => writeFileSync(path, bytes));
    },
    get: (bucket, object) => readFileSync(pathOf(objectOf(bucket, object))),
    removeObject: (bucket, object) => {
      const found = buckets.get(bucket)?.get(object);
      if (found === undefined) return;
      buckets.get(bucket)?.delete(object);
      removeFiles(found);
    },
    has: (bucket) => buckets.has(bucket),
    find: (bucket, object) => objectsOf(bucket).get(object),
    list: (bucket, prefix) =>
      [...objectsOf(bucket).values()]
        .filter((o) => o.name.startsWith(prefix))
        .sort((a, b) => compareNames(a.name, b.name)),
    open: (bucket, name) => {
      const object = objectOf(bucket, name);
      return { object, fd: openSync(pathOf(object), 'r') };
    },
    stage: (bucket, object) => {
      objectsOf(bucket);
      checkName(object);
      return new StagedUpload(join(folder, '.uploads'));
    },
    commit: (bucket, name, { path: staged, ...sums }, attributes, when) => {
      checkPreconditions(objectsOf(bucket).get(name), when);
      return replace({ bucket, name, ...attributes, ...sums }, (path) => renameSync(staged, path));
    },
    describe: (bucket, name, changes, when) => {
      const object = objectOf(bucket, name);
      checkPreconditions(object, when);
      const metageneration = String(Number(object.metageneration) + 1);
      return record({ ...object, ...changes, metageneration, updatedAt: new Date().toISOString() });
    },
    removeIf: (bucket, name, when) => {
      checkPreconditions(objectOf(bucket, name), when);
      store.removeObject(bucket, name);
    },
  };
  return store;
}

/** Cloud Storage orders names by their UTF-8 bytes, which differs from JavaScript's order beyond the BMP. */
export function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Throws ConditionNotMet. An absent object has generation 0. */
export function checkPreconditions(object: StoredObject | undefined, when: Preconditions): void {
  const generation = object?.generation ?? '0';
  const met =
    (when.ifGenerationMatch === undefined || when.ifGenerationMatch === generation) &&
    (when.ifGenerationNotMatch === undefined || when.ifGenerationNotMatch !== generation) &&
    (when.ifMetagenerationMatch === undefined || when.ifMetagenerationMatch === object?.metageneration);
  if (!met) throw new ConditionNotMet();
}

function checkName(object: string): void {
  const bytes = Buffer.byteLength(object);
  if (bytes < 1 || bytes > NAME_BYTES_MAX || /[\r\n]/.test(object) || object === '.' || object === '..') {
    throw new InvalidArgument(`Invalid object name: ${JSON.stringify(object.slice(0, 100))}`);
  }
}

/** Safe on every file system, and still tells a person which object it is. */
function fileName(o: { name: string; generation: string }): string {
  const digest = createHash('sha256').update(o.name).digest('hex').slice(0, 32);
  return `${digest}-${o.generation}-${o.name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(-80)}`;
}
