/** Calls of Krutrim's API as its documentation and SDKs make them, and what every error of it must look like. */
import assert from 'node:assert/strict';
import type { Agent } from 'node:http';
import { assertDescribed } from './kos-document.ts';
import { alice, type TestUser } from './seed.ts';
import type { TestServer } from './start-server.ts';
import { type Exchange, type Exchanged, exchange } from './worker-lines.ts';

export interface KosAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is empty or something else. */
  readonly json: unknown;
}

export interface KosCall {
  readonly method?: string;
  /** Sent as JSON text; strings go as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose API key goes as `x-account-id`; nobody's when null. */
  readonly by?: TestUser | null;
  /** Whose connection is asked on; any when absent. */
  readonly agent?: Agent;
}

/** The API key of a seeded user. */
export function apiKeyOf(user: TestUser): string {
  return `${user.iamKey.id}.${user.iamKey.secret}`;
}

/** `path` is whole, e.g. `/kos/v1/buckets`. Every answer is held against the server's OpenAPI document. A body is sent as `application/json` unless `headers` say otherwise. */
export async function kos(
  server: Pick<TestServer, 'url'>,
  path: string,
  call: KosCall = {},
): Promise<KosAnswer> {
  const { method = 'GET', body, headers = {}, by = alice, agent } = call;
  const request: Exchange = {
    method,
    headers: {
      ...(by === null ? {} : { 'x-account-id': apiKeyOf(by) }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
  const url = `${server.url}${path}`;
  const answer = await (agent === undefined ? fetched(url, request) : exchange(agent, url, request));
  const { status, text } = answer;
  const type = answer.headers.get('content-type');
  await assertDescribed(server, { method, path }, { status, text, type });
  const isJson = type?.startsWith('application/json') ?? false;
  const json: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
  return { status, headers: answer.headers, text, json };
}

async function fetched(url: string, request: Exchange): Promise<Exchanged> {
  const response = await fetch(url, request);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Makes a bucket and answers its KRN. */
export async function makeKosBucket(
  server: Pick<TestServer, 'url'>,
  name: string,
  fields: object = {},
  by: TestUser = alice,
): Promise<string> {
  const made = await kos(server, '/kos/v1/buckets', { method: 'POST', body: { name, ...fields }, by });
  assert.equal(made.status, 201, made.text);
  return String(fieldsOf(made).krn);
}

export function fieldsOf(answer: KosAnswer): Record<string, unknown> {
  assert.equal(typeof answer.json, 'object', answer.text);
  return answer.json as Record<string, unknown>;
}

/** `{"error":{"code":"...","message":"..."}}`, both strings, as `application/json`, with nothing beside them. */
export function assertKosError(answer: KosAnswer, status: number, code: string, message?: RegExp): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  const { error, ...rest } = fieldsOf(answer) as { error: { code: string; message: string } };
  assert.deepEqual(rest, {});
  assert.deepEqual(Object.keys(error), ['code', 'message']);
  assert.equal(error.code, code);
  assert.ok(error.message.length > 0);
  if (message !== undefined) assert.match(error.message, message);
}
