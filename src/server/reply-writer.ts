/** Writes a Reply to a response: the only place that touches a response's head and bytes. */
import type { OutgoingHttpHeader, ServerResponse } from 'node:http';
import type { Reply, ReplyHeaders } from '../base/http/reply.ts';
import type { ByteStream } from '../base/streams/byte-stream.ts';
import { ClientGone } from './client-gone.ts';

/** Node writes header text as one byte per character; characters beyond are sent as the UTF-8 bytes they stand for. */
function wireText(text: string): string {
  return /[^\0-\xff]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** Names and values in turn, the form Node writes without looking anything up. `over` wins over `common`. */
function headersOf(common: ReplyHeaders, over: ReplyHeaders | undefined): OutgoingHttpHeader[] {
  const headers: OutgoingHttpHeader[] = [];
  for (const name in common) {
    if (over?.[name] === undefined) add(headers, name, common[name]);
  }
  for (const name in over) add(headers, name, over[name]);
  return headers;
}

function add(headers: OutgoingHttpHeader[], name: string, value: ReplyHeaders[string]): void {
  if (value === undefined) return;
  if (typeof value === 'string') headers.push(name, wireText(value));
  else headers.push(name, typeof value === 'number' ? value : value.map((one) => wireText(one)));
}

function setLength(headers: OutgoingHttpHeader[], length: number): void {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] === 'Content-Length') {
      headers[i + 1] = length;
      return;
    }
  }
  headers.push('Content-Length', length);
}

function bodyless(status: number): boolean {
  return status === 204 || status === 304 || status < 200;
}

export interface WriteOptions {
  readonly head: boolean;
  readonly common: ReplyHeaders;
  readonly close: boolean;
  /** False leaves the response open for the caller, who has to drain the request first. */
  readonly end: boolean;
  /** Seconds the client may leave our bytes unread. */
  readonly stallSeconds: number;
}

/**
 * Writes head and body. Answers the body bytes sent.
 * @throws ClientGone when the connection closes or stalls; whatever the body's stream throws: when the head is sent by then, the response must
 * be destroyed, else another reply may be written
 */
export async function writeReply(
  response: ServerResponse,
  reply: Reply,
  options: WriteOptions,
): Promise<number> {
  const { body } = reply;
  const headers = headersOf(options.common, reply.headers);
  if (options.close) headers.push('Connection', 'close');
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  if (!bodyless(reply.status)) {
    if (bytes instanceof Uint8Array) setLength(headers, bytes.length);
    else if (bytes === undefined && !('Content-Length' in (reply.headers ?? {}))) setLength(headers, 0);
  }
  const begin = () => response.writeHead(reply.status, headers);
  if (options.head || bodyless(reply.status) || bytes === undefined) {
    begin();
    if (options.end) response.end();
    await closeStream(body);
    return 0;
  }
  if (bytes instanceof Uint8Array) {
    begin();
    if (options.end) response.end(bytes);
    else if (bytes.length > 0) response.write(bytes);
    return bytes.length;
  }
  const sent = await writeStream(response, bytes, begin, options.stallSeconds);
  if (options.end) response.end();
  return sent;
}

async function closeStream(body: Reply['body']): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return;
  await body[Symbol.asyncIterator]().return?.();
}

/**
 * Writes a stream at the client's speed, each chunk when the system has taken the one before: from then on its memory is the
 * stream's again. `begin` writes the head, once there is a first chunk to follow it. Answers the bytes written.
 */
async function writeStream(
  response: ServerResponse,
  stream: ByteStream,
  begin: () => void,
  seconds: number,
): Promise<number> {
  const chunks = stream[Symbol.asyncIterator]();
  let next = await chunks.next();
  let fail: (error: Error) => void = () => {};
  const gone = () => fail(new ClientGone());
  response.on('close', gone);
  // Node keeps this timer from running out while the system still takes a part of a chunk now and then.
  response.setTimeout(seconds * 1000, gone);
  const taken = (chunk: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      fail = reject;
      if (response.destroyed) gone();
      else response.write(chunk, (error) => (error ? gone() : resolve()));
    });
  let sent = 0;
  try {
    begin();
    for (; next.done !== true; next = await chunks.next()) {
      if (next.value.length > 0) await taken(next.value);
      sent += next.value.length;
    }
  } catch (error) {
    await chunks.return?.().catch(() => {});
    throw error;
  } finally {
    response.off('close', gone);
    response.setTimeout(0);
  }
  return sent;
}
