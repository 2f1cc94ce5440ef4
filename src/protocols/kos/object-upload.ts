/** The three things that an upload may be (reference 10.7): an address to send the bytes to, a folder, a form with the file in it. */
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import { collect, TooLarge } from '../../base/streams/collect.ts';
import { type FormPart, readFormData } from '../../base/wire/form-data.ts';
import { MultipartError } from '../../base/wire/multipart.ts';
import type { Actor } from '../../core/actor.ts';
import type { Core } from '../../core/core.ts';
import { CoreError, isCoreError } from '../../core/errors.ts';
import type { ObjectKey } from '../../core/model/names.ts';
import { putObject } from '../../core/objects/put.ts';
import { KosError } from './errors.ts';
import { givenKey, mayOn, newKey, objectResource, required } from './object-names.ts';
import { objectUrl } from './object-url.ts';
import { type AccountBucket, userOf } from './request.ts';

export interface UploadWish {
  readonly core: Core;
  readonly actor: Actor;
  readonly place: AccountBucket;
  readonly signal: AbortSignal;
}

export interface Uploaded {
  readonly objectKey: ObjectKey;
  readonly message: string;
  readonly uploadPreSignedUrl?: string;
}

interface NameFields {
  readonly prefix?: string | null;
  readonly objectkey?: string | null;
  readonly objectKey?: string | null;
}

/**
 * Folder and name joined with one `/`; without a name, the folder's own. `own`: a name to take where none is given.
 * @throws KosError 400 when neither is given
 */
export function uploadName(fields: NameFields, own?: string): { folder: boolean; text: string } {
  const folder = (fields.prefix ?? '').replace(/^\/+|\/+$/g, '');
  const name = givenKey(fields) ?? own;
  if (name === undefined) return { folder: true, text: `${required(folder, 'objectkey or prefix')}/` };
  return { folder: false, text: folder === '' ? name : `${folder}/${name.replace(/^\/+/, '')}` };
}

/** @throws CoreError AccessDenied, NoSuchBucket, InvalidKey, KeyTooLong; KosError 400 */
async function mayCreate({ core, actor, place }: UploadWish, name: string): Promise<ObjectKey> {
  const key = newKey(name, 'objectkey', core.settings.names);
  core.witness?.concerns(objectResource({ key }));
  await mayOn(core, actor, place, ['storage.objects.create', key]);
  return key;
}

export async function startUpload(wish: UploadWish, name: string, base: string): Promise<Uploaded> {
  const { core, actor, place } = wish;
  const key = await mayCreate(wish, name);
  const url = await objectUrl(core, userOf(actor), { method: 'PUT', base, bucket: place.bucket, key });
  return { objectKey: key, message: 'Send the file by PUT to uploadPreSignedUrl', uploadPreSignedUrl: url };
}

/** What is at its name already stays as it is. */
export async function makeFolder(wish: UploadWish, name: string): Promise<Uploaded> {
  const { core, actor, place, signal } = wish;
  const key = await mayCreate(wish, name);
  try {
    await putObject(core, actor, {
      bucket: place.bucket,
      key,
      attributes: { contentType: 'application/x-directory', headers: {}, metadata: {} },
      conditions: { ifNoneMatch: '*' },
      body: nothing(),
      size: 0,
      expected: [],
      signal,
    });
  } catch (error) {
    if (!isCoreError(error, 'PreconditionFailed')) throw error;
    return { objectKey: key, message: 'Folder exists already' };
  }
  return { objectKey: key, message: 'Folder created successfully' };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Of a field, in bytes: more than any name. */
const mostFieldBytes = 4096;
const mostFields = 16;

/** Fields come before the file, which goes where they say and is the last part. Nothing stays of a form that is damaged. */
export async function storeForm(wish: UploadWish, boundary: string, body: ByteStream): Promise<Uploaded> {
  const parts = readFormData(body, boundary);
  const fields = new Map<string, string>();
  try {
    for (let next = await parts.next(); !next.done; next = await parts.next()) {
      const part = next.value;
      if (part.name === 'file') return await storeFile(wish, fields, part, parts);
      if (fields.has(part.name)) throw new KosError(400, `the form has two fields ${part.name}`);
      if (fields.size >= mostFields) throw new KosError(400, 'the form has too many fields');
      fields.set(part.name, await fieldOf(part));
    }
  } catch (error) {
    if (error instanceof MultipartError) throw new KosError(400, `the form ${error.message}`);
    throw error;
  } finally {
    await parts.return(undefined);
  }
  throw new KosError(400, 'the form has no part named file');
}

async function fieldOf({ name, body }: FormPart): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      await collect(body, mostFieldBytes),
    );
  } catch (error) {
    if (error instanceof TooLarge) throw new CoreError('TooLarge', { limit: mostFieldBytes });
    if (!(error instanceof TypeError)) throw error;
    throw new KosError(400, `the field ${name} is not UTF-8`);
  }
}

async function storeFile(
  wish: UploadWish,
  fields: ReadonlyMap<string, string>,
  file: FormPart,
  parts: AsyncIterator<FormPart>,
): Promise<Uploaded> {
  const { core, actor, place, signal } = wish;
  const named = {
    prefix: fields.get('prefix') ?? null,
    objectkey: fields.get('objectkey') ?? null,
    objectKey: fields.get('objectKey') ?? null,
  };
  if (givenKey(named) === undefined) required(file.filename, 'the filename of the part file');
  const key = await mayCreate(wish, uploadName(named, file.filename).text);
  await putObject(core, actor, {
    bucket: place.bucket,
    key,
    attributes: { contentType: contentTypeOf(file), headers: {}, metadata: {} },
    conditions: {},
    body: lastPart(file.body, parts),
    expected: [],
    signal,
  });
  return { objectKey: key, message: 'File uploaded successfully' };
}

function contentTypeOf({ contentType = 'application/octet-stream' }: FormPart): string {
  if (/^[\x20-\x7e]{1,255}$/.test(contentType)) return contentType;
  throw new KosError(400, 'the Content-Type of the part file is not one');
}

/** The bytes of a part, which end well only where the form does. */
async function* lastPart(body: ByteStream, parts: AsyncIterator<FormPart>): AsyncGenerator<Uint8Array> {
  yield* body;
  if (!(await parts.next()).done) throw new KosError(400, 'the part file must be the last of the form');
}
