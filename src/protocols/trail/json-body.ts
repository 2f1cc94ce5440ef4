/** JSON bodies of the trail: `Content-Type: application/json` and an object of exactly a stated shape, or 400 that names what is wrong. */
import type { Static, TObject } from 'typebox';
import { complaintOf, declaresJson, readJsonObject, readShape } from '../json-body.ts';
import { type BodyKind, documentBody } from '../operation.ts';
import { TrailError } from './errors.ts';
import type { TrailView } from './request.ts';

/** Every document of this API is far below that, in bytes. */
const maxBytes = 16 * 1024;

/** @throws TrailError 400; part of an operation's `parse`, so that the body is not even asked for. */
export function requireJson({ request }: TrailView): void {
  if (!declaresJson(request)) throw new TrailError(400, 'Content-Type must be application/json');
}

/** Members that `schema` does not name are refused: a misspelt one would silently not count. */
export function jsonBody<S extends TObject>(schema: S): BodyKind<TrailView, Static<S>> {
  return documentBody(maxBytes, (bytes) => {
    const read = readJsonObject(bytes);
    const unknown = read.ok
      ? Object.keys(read.value).find((name) => !(name in schema.properties))
      : undefined;
    if (unknown !== undefined) throw new TrailError(400, `there is no member ${unknown.slice(0, 40)}`);
    const shaped = read.ok ? readShape(schema, read.value) : read;
    if (shaped.ok) return shaped.value;
    throw new TrailError(400, complaintOf(shaped));
  });
}
