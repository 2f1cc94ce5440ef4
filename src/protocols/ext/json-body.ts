/** JSON bodies of the Extension: `Content-Type: application/json` and an object of a stated shape, or 400. Unknown fields are ignored. */
import type { Static, TSchema } from 'typebox';
import { complaintOf, declaresJson, readJsonObject, readShape } from '../json-body.ts';
import { type BodyKind, documentBody } from '../operation.ts';
import { ExtError } from './errors.ts';
import type { ExtView } from './request.ts';

/** Every document of this API is far below that. */
const maxBytes = 64 * 1024;

/** @throws ExtError 400; part of an operation's `parse`, so that the body is not even asked for. */
export function requireJson({ request }: ExtView): void {
  if (!declaresJson(request)) throw new ExtError(400, 'Content-Type must be application/json');
}

/** As `requireJson`, of a request that may come without a body. @throws ExtError 400 */
export function requireJsonIfAny(view: ExtView): void {
  const { contentLength = 0, chunked } = view.request;
  if (contentLength > 0 || chunked) requireJson(view);
}

/** As `jsonBody`; undefined for an empty body. */
export function optionalJsonBody<S extends TSchema>(schema: S): BodyKind<ExtView, Static<S> | undefined> {
  return documentBody(maxBytes, (bytes) => (bytes.length === 0 ? undefined : readBody(schema, bytes)));
}

/** A body that must have the shape of `schema`; the first thing wrong with it is named by its path. */
export function jsonBody<S extends TSchema>(schema: S): BodyKind<ExtView, Static<S>> {
  return documentBody(maxBytes, (bytes) => readBody(schema, bytes));
}

function readBody<S extends TSchema>(schema: S, bytes: Buffer): Static<S> {
  const read = readJsonObject(bytes);
  const shaped = read.ok ? readShape(schema, read.value) : read;
  if (shaped.ok) return shaped.value;
  throw new ExtError(400, complaintOf(shaped));
}
