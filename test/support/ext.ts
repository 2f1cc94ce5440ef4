/** Calls of the Extension as curl makes them, and what every error of it must look like. */
import assert from 'node:assert/strict';
import type { TestServer } from './start-server.ts';

export interface ExtAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is empty or something else. */
  readonly json: unknown;
}

export interface ExtCall {
  readonly method?: string;
  /** Sent as JSON text; strings and bytes go as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `path` follows `/v1_ext`. A body is sent as `application/json` unless `headers` say otherwise; no token when undefined. */
export async function ext(
  server: Pick<TestServer, 'url'>,
  token: string | undefined,
  path: string,
  call: ExtCall = {},
): Promise<ExtAnswer> {
  const { method = 'GET', body, headers = {} } = call;
  const response = await fetch(`${server.url}/v1_ext${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { 'X-Auth-Token': token }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: bodyOf(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const json: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, json };
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string'
    ? body
    : body instanceof Uint8Array
      ? new Uint8Array(body)
      : JSON.stringify(body);
}

/** Creates a bucket in the token's project; the shortest way for tests of other calls. */
export async function makeBucket(
  server: Pick<TestServer, 'url'>,
  token: string,
  name: string,
): Promise<void> {
  const made = await ext(server, token, '/bucket', { method: 'PUT', body: { name } });
  assert.equal(made.status, 200, made.text);
}

/** `{"error":{"code":"...","message":"..."}}`, both strings, as `application/json`, with nothing beside them. */
export function assertError(answer: ExtAnswer, status: number, code: string, message?: RegExp): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  const { error, ...rest } = answer.json as { error: { code: string; message: string } };
  assert.deepEqual(rest, {});
  assert.deepEqual(Object.keys(error), ['code', 'message']);
  assert.equal(error.code, code);
  assert.ok(error.message.length > 0);
  if (message !== undefined) assert.match(error.message, message);
}

/** RFC 3339 in UTC, whole seconds, within a minute of now. */
export function assertRecentTime(text: unknown): void {
  assert.match(String(text), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.ok(Math.abs(Date.parse(String(text)) - Date.now()) < 60_000, `${text} is not now`);
}
