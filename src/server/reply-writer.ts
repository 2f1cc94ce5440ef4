/** Writes a Reply to a response: the only place that touches a response's head and bytes. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Reply, ReplyHeaders } from '../base/http/reply.ts';
import { ClientGone } from './request-body.ts';

/** Node writes header text as one byte per character; characters beyond are sent as the UTF-8 bytes they stand for. */
function wireText(text: string): string {
  return /[^\0-\xff]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

function headersOf(layers: readonly (ReplyHeaders | undefined)[]): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const layer of layers) {
    if (layer === undefined) continue;
    for (const name in layer) {
      const value = layer[name];
      if (value === undefined) continue;
      headers[name] =
        typeof value === 'string'
          ? wireText(value)
          : typeof value === 'number'
            ? value
            : value.map((one) => wireText(one));
    }
  }
  return headers;
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
 * @throws ClientGone when the connection closes or stalls; whatever the body's stream throws: then the response must be destroyed.
 */
export async function writeReply(
  response: ServerResponse,
  reply: Reply,
  options: WriteOptions,
): Promise<number> {
  const { body } = reply;
  const headers = headersOf([
    options.common,
    reply.headers,
    options.close ? { Connection: 'close' } : undefined,
  ]);
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  if (!bodyless(reply.status)) {
    if (bytes instanceof Uint8Array) headers['Content-Length'] = bytes.length;
    else if (bytes === undefined) headers['Content-Length'] ??= 0;
  }
  response.writeHead(reply.status, headers);
  if (options.head || bodyless(reply.status) || bytes === undefined) {
    if (options.end) response.end();
    await closeStream(body);
    return 0;
  }
  if (bytes instanceof Uint8Array) {
    if (options.end) response.end(bytes);
    else if (bytes.length > 0) response.write(bytes);
    return bytes.length;
  }
  let sent = 0;
  for await (const chunk of bytes) {
    sent += chunk.length;
    if (!response.write(chunk)) await drained(response, options.stallSeconds);
  }
  if (options.end) response.end();
  return sent;
}

async function closeStream(body: Reply['body']): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return;
  await body[Symbol.asyncIterator]().return?.();
}

/** Waits until the client has taken enough of what was written. */
function drained(response: ServerResponse, seconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (response.destroyed || response.closed) {
      reject(new ClientGone());
      return;
    }
    const settle = (error?: Error) => {
      clearTimeout(timer);
      response.off('drain', onDrain).off('close', onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onDrain = () => settle();
    const onClose = () => settle(new ClientGone());
    const timer = setTimeout(() => settle(new ClientGone()), seconds * 1000);
    response.once('drain', onDrain).once('close', onClose);
  });
}
