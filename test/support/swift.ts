/**
 * Speaks Swift for tests, by plain requests whose target and headers go out as written, and knows Swift's standard pages. Tokens
 * come from v1 auth, the one identity call of this protocol itself.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { after, before } from 'node:test';
import type { TestProject, TestUser } from './seed.ts';
import { startServer, type TestServer } from './start-server.ts';

type Server = Pick<TestServer, 'url'>;
export type SwiftDialect = 'kakaocloud' | 'upstream';

export interface SwiftAnswer {
  readonly status: number;
  /** By lower-case name; repeated ones joined by ', '. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Names and values alternating, as received. */
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
  readonly text: string;
}

export interface SwiftCall {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Sent in chunks, without a Content-Length. */
  readonly chunked?: boolean;
}

/** One request; `target` is sent as it is. A body gets its Content-Length. */
export function swiftRequest(
  server: Server,
  method: string,
  target: string,
  { headers = {}, body, chunked = false }: SwiftCall = {},
): Promise<SwiftAnswer> {
  const { hostname, port } = new URL(server.url);
  // As bytes, because Node joins text to the head and then encodes both as UTF-8.
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const length = bytes === undefined || chunked ? {} : { 'Content-Length': String(bytes.length) };
  const framing = chunked ? { 'Transfer-Encoding': 'chunked' } : length;
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        hostname,
        port,
        method,
        path: target,
        headers: { ...framing, ...wireHeaders(headers) },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(response.headersDistinct).map(([name, values]) => [name, values?.join(', ')]),
            ),
            rawHeaders: response.rawHeaders,
            bytes,
            text: bytes.toString(),
          });
        });
      },
    );
    request.on('error', reject);
    request.end(bytes);
  });
}

/** Values as the bytes that go out: UTF-8, unless they are bytes already. */
function wireHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const wire = (value: string) => (/[^\0-\xff]/.test(value) ? Buffer.from(value).toString('latin1') : value);
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, wire(value)]));
}

/** What v1 auth gives `user`: the token and where it counts. */
export async function v1Login(
  server: Server,
  user: TestUser,
): Promise<{ token: string; storageUrl: string }> {
  const answer = await swiftRequest(server, 'GET', '/auth/v1.0', {
    headers: { 'X-Auth-User': `${user.project.name}:${user.name}`, 'X-Auth-Key': user.password },
  });
  assert.equal(answer.status, 200, answer.text);
  const { 'x-auth-token': token, 'x-storage-url': storageUrl } = answer.headers;
  assert.ok(token && storageUrl);
  return { token, storageUrl };
}

export function accountName(project: TestProject, dialect: SwiftDialect): string {
  return dialect === 'upstream' ? `AUTH_${project.id}` : project.id;
}

/** Calls in one account, in one dialect, by one user. `path` follows the account: '', `/photos`, `/photos/a%20b`. */
export class SwiftAccount {
  readonly server: Server;
  readonly name: string;
  readonly token: string | undefined;

  constructor(server: Server, name: string, token: string | undefined) {
    this.server = server;
    this.name = name;
    this.token = token;
  }

  call(method: string, path: string, call: SwiftCall = {}): Promise<SwiftAnswer> {
    const token = this.token === undefined ? {} : { 'X-Auth-Token': this.token };
    const headers = { ...token, ...call.headers };
    return swiftRequest(this.server, method, `/v1/${this.name}${path}`, { ...call, headers });
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<SwiftAnswer> {
    return this.call('GET', path, { headers });
  }

  head(path: string, headers: Readonly<Record<string, string>> = {}): Promise<SwiftAnswer> {
    return this.call('HEAD', path, { headers });
  }

  post(path: string, headers: Readonly<Record<string, string>> = {}): Promise<SwiftAnswer> {
    return this.call('POST', path, { headers });
  }

  delete(path: string, headers: Readonly<Record<string, string>> = {}): Promise<SwiftAnswer> {
    return this.call('DELETE', path, { headers });
  }

  put(
    path: string,
    body: string | Uint8Array = '',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<SwiftAnswer> {
    return this.call('PUT', path, { headers, body });
  }

  /** A new container under a name nobody else has; answers its path, `/t-...`. */
  async container(headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const path = `/t-${randomBytes(8).toString('hex')}`;
    const made = await this.put(path, '', headers);
    assert.equal(made.status, 201, made.text);
    return path;
  }

  /** Stores `names` (percent-encoded), each with a body of its own name's length. */
  async fill(container: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const put = await this.put(`${container}/${name}`, 'x'.repeat(decodeURIComponent(name).length));
      assert.equal(put.status, 201, put.text);
    }
  }
}

/** A server for the tests of one file, and accounts in it. */
export interface SwiftSuite {
  readonly server: TestServer;
  /** The account of `project` (the user's own) as `user` sees it. */
  account(user: TestUser, dialect?: SwiftDialect, project?: TestProject): Promise<SwiftAccount>;
  /** The account of `project` without a token. */
  stranger(project: TestProject, dialect?: SwiftDialect): SwiftAccount;
}

/** Starts a server before the tests of the calling file, then runs `prepare`; stops it after them. */
export function useSwift(prepare?: () => Promise<void>): SwiftSuite {
  let running: TestServer | undefined;
  before(async () => {
    running = await startServer();
    await prepare?.();
  });
  after(() => running?.stop());
  const server = () => {
    assert.ok(running, 'the server is started before the first test');
    return running;
  };
  return {
    get server() {
      return server();
    },
    async account(user, dialect = 'upstream', project = user.project) {
      const { token } = await v1Login(server(), user);
      return new SwiftAccount(server(), accountName(project, dialect), token);
    },
    stranger: (project, dialect = 'upstream') =>
      new SwiftAccount(server(), accountName(project, dialect), undefined),
  };
}

const page = (title: string, text: string) => `<html><h1>${title}</h1><p>${text}</p></html>`;

/** Swift's standard pages by status. */
export const pages: Readonly<Record<number, string>> = {
  202: page('Accepted', 'The request is accepted for processing.'),
  401: page(
    'Unauthorized',
    'This server could not verify that you are authorized to access the document you requested.',
  ),
  403: page('Forbidden', 'Access was denied to this resource.'),
  404: page('Not Found', 'The resource could not be found.'),
  405: page('Method Not Allowed', 'The method is not allowed for this resource.'),
  406: page('Not Acceptable', 'The resource is not available in a format acceptable to your browser.'),
  409: page('Conflict', 'There was a conflict when trying to complete your request.'),
  412: page('Precondition Failed', 'A precondition for this request was not met.'),
  416: page('Requested Range Not Satisfiable', 'The Range requested is not available.'),
  422: page('Unprocessable Entity', 'Unable to process the contained instructions'),
};

/** The answer must be the standard page of `status`, as HTML. */
export function assertPage(answer: SwiftAnswer, status: number): void {
  assert.deepEqual([answer.status, answer.text], [status, pages[status]]);
  assert.equal(answer.headers['content-type'], 'text/html; charset=UTF-8');
}

/** The answer must be this sentence, in plain text unless said otherwise. */
export function assertSentence(
  answer: SwiftAnswer,
  status: number,
  text: string,
  type: 'text/plain' | 'text/html; charset=UTF-8' = 'text/plain',
): void {
  assert.deepEqual([answer.status, answer.text], [status, text]);
  assert.equal(answer.headers['content-type'], type);
}

/** The answer must have `status` and no body, in the form Swift gives to nothing. */
export function assertEmpty(answer: SwiftAnswer, status: number): void {
  assert.deepEqual([answer.status, answer.text, answer.headers['content-length']], [status, '', '0']);
}

export const html = 'text/html; charset=UTF-8';
/** `Sat, 21 Nov 2026 03:12:14 GMT` */
export const httpDateForm = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/;
/** `1795230733.24425` */
export const timestampForm = /^\d{10}\.\d{5}$/;
/** `2026-11-21T03:12:13.271620` */
export const listingTimeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{5}0$/;
