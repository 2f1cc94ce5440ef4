/** JSON bodies of the identity service: `Content-Type: application/json` and a JSON object, or Keystone's 400. */
import type { Static, TSchema } from 'typebox';
import { declaresJson, type JsonObject, readJsonObject, readShape } from '../json-body.ts';
import { type BodyKind, documentBody } from '../operation.ts';
import { expecting, IamError } from './errors.ts';
import type { IamView } from './request.ts';

/** Keystone's own limit of a request, in bytes (`max_request_body_size`). */
const maxBytes = 114_688;

/**
 * Part of an operation's `parse`, so that the body is not even asked for. A missing type is refused too: no token without
 * it (reference 2.1).
 * @throws IamError 400
 */
export function requireJson({ request }: IamView): void {
  if (!declaresJson(request)) throw expecting('application/json', 'Content-Type header');
}

/** An empty body counts as an object without members. */
export const jsonObjectBody: BodyKind<IamView, JsonObject> = documentBody(maxBytes, parseObject);

/** A body that must have the shape of `schema`; the first thing wrong with it is named by its path. */
export function jsonBody<S extends TSchema>(schema: S): BodyKind<IamView, Static<S>> {
  return documentBody(maxBytes, (bytes) => {
    const read = readShape(schema, parseObject(bytes));
    if (read.ok) return read.value;
    const { path, message } = read.wrong === 'shape' ? read : { path: '', message: 'wrong shape' };
    throw new IamError(400, `Invalid input for field ${path || 'body'}: ${message}.`);
  });
}

function parseObject(bytes: Buffer): JsonObject {
  if (bytes.length === 0) return {};
  const read = readJsonObject(bytes);
  if (!read.ok) throw expecting('valid JSON', 'request body');
  return read.value;
}
