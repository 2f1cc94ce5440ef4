/**
 * JSON bodies of the protocols that speak JSON: declared as such, an object, and of a stated shape. Owns the checks; each
 * protocol says in its own words what was wrong.
 */
import type { Static, TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';
import type { RequestView } from '../base/http/request-view.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether the request says that its body is JSON; parameters such as `charset` do not matter. */
export function declaresJson(request: RequestView): boolean {
  return request.header('content-type')?.split(';')[0]?.trim().toLowerCase() === 'application/json';
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type JsonReading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly wrong: 'not json' }
  | { readonly ok: false; readonly wrong: 'not an object' }
  /** `path` names the first wrong field, its steps joined by dots; '' is the body itself. */
  | { readonly ok: false; readonly wrong: 'shape'; readonly path: string; readonly message: string };

/** What is wrong with a body, for whoever sent it. */
export function complaintOf(reading: Extract<JsonReading<unknown>, { ok: false }>): string {
  switch (reading.wrong) {
    case 'not json':
      return 'the body is not JSON';
    case 'not an object':
      return 'the body must be a JSON object';
    case 'shape':
      return `${reading.path || 'the body'} ${reading.message}`;
  }
}

/** UTF-8 bytes as a JSON object. */
export function readJsonObject(bytes: Uint8Array): JsonReading<JsonObject> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { ok: false, wrong: 'not json' };
  }
  return isObject(value) ? { ok: true, value } : { ok: false, wrong: 'not an object' };
}

/** `value` as the type that `schema` describes; fields it does not name are left alone. */
export function readShape<S extends TSchema>(schema: S, value: unknown): JsonReading<Static<S>> {
  if (Check(schema, value)) return { ok: true, value };
  const errors = Errors(schema, value);
  // Of a field that may be null, what else it may be says more.
  const error = errors.find(({ message }) => message !== 'must be null') ?? errors[0];
  const path = error?.instancePath.slice(1).replaceAll('/', '.') ?? '';
  return { ok: false, wrong: 'shape', path, message: error?.message ?? 'has the wrong shape' };
}
