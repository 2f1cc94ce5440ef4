/** Requests to the identity service and what every answer of it must have; token requests in all their forms. */
import assert from 'node:assert/strict';
import { issueToken } from '../support/iam.ts';
import { alice, bob, root, type TestUser } from '../support/seed.ts';
import { type ServerOptions, startServer, type TestServer } from '../support/start-server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined when it is not JSON. */
  readonly json: unknown;
}

export interface CallOptions {
  readonly method?: string;
  readonly token?: string | undefined;
  /** Sent as JSON, or as it is when text or bytes. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** A server, and tokens of a service administrator, and of an administrator and a member of `demo`. */
export async function startWithTokens(options: ServerOptions = {}): Promise<{
  server: TestServer;
  admin: string;
  manager: string;
  member: string;
}> {
  const server = await startServer(options);
  const [admin, manager, member] = [
    await issueToken(server, root),
    await issueToken(server, alice),
    await issueToken(server, bob),
  ];
  return { server, admin, manager, member };
}

type Reached = Pick<TestServer, 'url'>;

/** `path` below `/identity`, e.g. `/v3/auth/tokens`; checks the headers all answers have. */
export async function call(server: Reached, path: string, options: CallOptions = {}): Promise<Answer> {
  const answer = await send(`${server.url}/identity${path}`, options);
  assert.equal(answer.headers.get('vary'), 'X-Auth-Token');
  assert.match(
    answer.headers.get('x-openstack-request-id') ?? '',
    /^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  );
  return answer;
}

export async function send(url: string, { method, token, body, headers = {} }: CallOptions): Promise<Answer> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { 'X-Auth-Token': token }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: encoded(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function encoded(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Uint8Array.from(body) : JSON.stringify(body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const clientInError =
  'The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.';
export const needsAuthentication = 'The request you have made requires authentication.';

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  501: 'Not Implemented',
};

/** Keystone's error: this status, number and title, a newline at its end, and on 401 where to get a token. */
export function assertError(
  answer: Answer,
  status: number,
  message: string | RegExp,
  members: object = {},
): void {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.get('content-type'), 'application/json');
  assert.ok(answer.text.endsWith('}}\n'), 'a newline at the end');
  const { error } = answer.json as { error: Record<string, unknown> };
  const { message: told, ...rest } = error;
  assert.deepEqual(rest, { code: status, title: titles[status], ...members });
  if (typeof message === 'string') assert.equal(told, message);
  else assert.match(String(told), message);
  const challenge = answer.headers.get('www-authenticate');
  if (status === 401)
    assert.match(challenge ?? '', /^Keystone uri="http:\/\/127\.0\.0\.1:\d+\/identity\/v3"$/);
  else assert.equal(challenge, null);
}

export const forbidden = (policy: string) =>
  `You are not authorized to perform the requested action: ${policy}.`;

/** `auth` of a token request by an application credential. */
export function byCredential(credential: unknown, scope?: unknown) {
  return {
    auth: {
      identity: { methods: ['application_credential'], application_credential: credential },
      ...(scope === undefined ? {} : { scope }),
    },
  };
}

export function byPassword(user: unknown, scope?: unknown) {
  return {
    auth: {
      identity: { methods: ['password'], password: { user } },
      ...(scope === undefined ? {} : { scope }),
    },
  };
}

/** A password token of `user`, for the user's project unless `scope` says otherwise. */
export async function passwordToken(
  server: Reached,
  user: TestUser,
  scope: unknown = { project: { id: user.project.id } },
): Promise<string> {
  const request = byPassword({ id: user.id, password: user.password }, scope);
  const answer = await call(server, '/v3/auth/tokens', { body: request });
  assert.equal(answer.status, 201, answer.text);
  return answer.headers.get('x-subject-token') ?? '';
}
