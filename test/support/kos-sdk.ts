/**
 * Krutrim's public SDKs as they are on the wire (reference 10.1, sources KR-py, KR-go, KR-mcp): requests written by hand over a socket, so that a KRN stands
 * in the path as it is, and their rule of what is tried again.
 */
import assert from 'node:assert/strict';
import { apiKeyOf, type KosAnswer } from './kos.ts';
import { assertDescribed } from './kos-document.ts';
import { rawExchange } from './raw-http.ts';
import type { TestUser } from './seed.ts';
import type { TestServer } from './start-server.ts';

export interface SdkCall {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export type Sdk = (method: string, path: string, call?: SdkCall) => Promise<KosAnswer>;

/** Says of every request that it is JSON, with a body or without, and proves itself by a Bearer API key. `agent`: how it names itself. */
export function sdkOf(server: Pick<TestServer, 'url'>, user: TestUser, agent: string): Sdk {
  return async (method, path, { headers = {}, body } = {}) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const all = {
      Host: new URL(server.url).host,
      'User-Agent': agent,
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-Stainless-Retry-Count': '0',
      Authorization: `Bearer ${apiKeyOf(user)}`,
      ...headers,
      ...(text !== '' && { 'Content-Length': String(Buffer.byteLength(text)) }),
      Connection: 'close',
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    const sent = [`${method} ${path} HTTP/1.1`, ...lines, '', text].join('\r\n');
    const answer = answerOf((await rawExchange(server.url, [Buffer.from(sent)])).text);
    const type = answer.headers.get('content-type');
    await assertDescribed(server, { method, path }, { status: answer.status, text: answer.text, type });
    return answer;
  };
}

/** A response with a Content-Length or without a body. */
function answerOf(response: string): KosAnswer {
  const bytes = Buffer.from(response, 'latin1').toString();
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.slice(0, end).split('\r\n');
  const headers = new Headers(
    lines.map((line): [string, string] => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 1),
    ]),
  );
  const text = bytes.slice(end + 4);
  const json: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: Number(first.split(' ')[1]), headers, text, json };
}

/** What the SDKs send again, twice at most (README of KR-go). */
function isTriedAgain(status: number): boolean {
  return [408, 409, 429].includes(status) || status >= 500;
}

/** The statuses of one call of an SDK, its own tries included; `between` runs behind the first. */
export async function triedAgain(
  send: () => Promise<KosAnswer>,
  between: () => void = () => {},
): Promise<number[]> {
  const statuses: number[] = [];
  for (let turn = 0; turn <= 2; turn += 1) {
    const { status, headers } = await send();
    between();
    statuses.push(status);
    if (!isTriedAgain(status)) break;
    if (status === 503) assert.ok(Number(headers.get('retry-after')) > 0);
  }
  return statuses;
}
