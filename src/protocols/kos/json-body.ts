/** JSON bodies of this door: an object of a stated shape. Malformed JSON is 400 everywhere; another shape 400, and 422 where a bucket is made. */
import type { Static, TSchema } from 'typebox';
import { collect, TooLarge } from '../../base/streams/collect.ts';
import { CoreError } from '../../core/errors.ts';
import { complaintOf, declaresJson, readJsonObject, readShape } from '../json-body.ts';
import { type BodyKind, type BodyStream, documentBody } from '../operation.ts';
import { KosError } from './errors.ts';
import type { KosView } from './request.ts';

/** Every document of this API is far below that. */
const maxBytes = 64 * 1024;

interface BodyOptions {
  /** Of a body of another shape. */
  readonly misshapen?: 400 | 422;
}

/** A body that must have the shape of `schema`; the first thing wrong with it is named by its path. Unknown fields are ignored. */
export function jsonBody<S extends TSchema>(
  schema: S,
  options: BodyOptions = {},
): BodyKind<KosView, Static<S>> {
  return documentBody(maxBytes, (bytes, view) => readBody(schema, bytes, view, options));
}

/** As `jsonBody`, taken further: `read` may refuse what fits the schema. */
export function jsonBodyAs<S extends TSchema, T>(
  schema: S,
  read: (value: Static<S>) => T,
): BodyKind<KosView, T> {
  return documentBody(maxBytes, (bytes, view) => read(readBody(schema, bytes, view)));
}

/** As `jsonBody`, of a body that an operation takes as a stream, because others of its bodies are large. @throws CoreError TooLarge */
export async function readJsonStream<S extends TSchema>(
  schema: S,
  body: BodyStream,
  view: KosView,
): Promise<Static<S>> {
  if ((body.length ?? 0) > maxBytes) throw new CoreError('TooLarge', { limit: maxBytes });
  try {
    return readBody(schema, await collect(body, maxBytes), view);
  } catch (error) {
    if (error instanceof TooLarge) throw new CoreError('TooLarge', { limit: maxBytes });
    throw error;
  }
}

/** As `jsonBody`; undefined for no body. */
export function optionalJsonBody<S extends TSchema>(
  schema: S,
  options: BodyOptions = {},
): BodyKind<KosView, Static<S> | undefined> {
  return documentBody(maxBytes, (bytes, view) =>
    bytes.length === 0 ? undefined : readBody(schema, bytes, view, options),
  );
}

function readBody<S extends TSchema>(
  schema: S,
  bytes: Buffer,
  { request }: KosView,
  { misshapen = 400 }: BodyOptions = {},
): Static<S> {
  if (request.header('content-type') !== undefined && !declaresJson(request)) {
    throw new KosError(400, 'Content-Type must be application/json');
  }
  const read = readJsonObject(bytes);
  // Half a character, which JSON can write and UTF-8 cannot, would come back as another.
  if (read.ok && !isWellFormed(read.value))
    throw new KosError(misshapen, 'the body has text that is not Unicode');
  const shaped = read.ok ? readShape(schema, read.value) : read;
  if (shaped.ok) return shaped.value;
  throw new KosError(shaped.wrong === 'not json' ? 400 : misshapen, complaintOf(shaped));
}

/** Whether all its texts and names are; however deep it is. */
function isWellFormed(value: unknown): boolean {
  const left = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === 'string' && !one.isWellFormed()) return false;
    if (typeof one !== 'object' || one === null) continue;
    for (const [name, inner] of Object.entries(one)) left.push(name, inner);
  }
  return true;
}
