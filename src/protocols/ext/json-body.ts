/** JSON bodies of the Extension: `Content-Type: application/json` and an object of a stated shape, or 400. Unknown fields are ignored. */
import type { Static, TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { type BodyKind, documentBody } from '../operation.ts';
import { ExtError } from './errors.ts';
import type { ExtView } from './request.ts';

/** Every document of this API is far below that. */
const maxBytes = 64 * 1024;

/** @throws ExtError 400; part of an operation's `parse`, so that the body is not even asked for. */
export function requireJson(view: ExtView): void {
  const type = view.request.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new ExtError(400, 'Content-Type must be application/json');
}

/** A body that must have the shape of `schema`; the first thing wrong with it is named by its path. */
export function jsonBody<S extends TSchema>(schema: S): BodyKind<ExtView, Static<S>> {
  return documentBody(maxBytes, (bytes) => {
    const value = parseObject(bytes);
    if (Check(schema, value)) return value;
    throw new ExtError(400, firstError(schema, value));
  });
}

function parseObject(bytes: Buffer): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new ExtError(400, 'the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ExtError(400, 'the body must be a JSON object');
  }
  return value;
}

function firstError(schema: TSchema, value: unknown): string {
  const [error] = Errors(schema, value);
  if (error === undefined) return 'the body has the wrong shape';
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  return path === '' ? `the body ${error.message}` : `${path} ${error.message}`;
}
