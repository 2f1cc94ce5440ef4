/** JSON bodies of the identity service: `Content-Type: application/json` and a JSON object, or Keystone's 400. */
import type { Static, TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { type BodyKind, documentBody } from '../operation.ts';
import { expecting, IamError } from './errors.ts';
import type { IamView } from './request.ts';

/** Keystone's own limit of a request, in bytes (`max_request_body_size`). */
const maxBytes = 114_688;

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Part of an operation's `parse`, so that the body is not even asked for. A missing type is refused too: no token without
 * it (reference 2.1).
 * @throws IamError 400
 */
export function requireJson({ request }: IamView): void {
  const type = request.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw expecting('application/json', 'Content-Type header');
}

/** An empty body counts as an object without members. */
export const jsonObjectBody: BodyKind<IamView, JsonObject> = documentBody(maxBytes, parseObject);

/** A body that must have the shape of `schema`; the first thing wrong with it is named by its path. */
export function jsonBody<S extends TSchema>(schema: S): BodyKind<IamView, Static<S>> {
  return documentBody(maxBytes, (bytes) => {
    const value: unknown = parseObject(bytes);
    if (Check(schema, value)) return value;
    const [error] = Errors(schema, value);
    const path = error?.instancePath.slice(1).replaceAll('/', '.') ?? '';
    throw new IamError(400, `Invalid input for field ${path || 'body'}: ${error?.message ?? 'wrong shape'}.`);
  });
}

function parseObject(bytes: Buffer): JsonObject {
  if (bytes.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw expecting('valid JSON', 'request body');
  }
  if (!isObject(value)) throw expecting('valid JSON', 'request body');
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
