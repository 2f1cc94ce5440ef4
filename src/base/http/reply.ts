/** An answer as a value: operations return it, the request pipeline alone writes it to a socket. */
import type { ByteStream } from '../streams/byte-stream.ts';

/** Header names are sent in the case given; `undefined` values are left out; numbers are printed. */
export type ReplyHeaders = Record<string, string | number | readonly string[] | undefined>;

export interface Reply {
  readonly status: number;
  readonly headers?: ReplyHeaders;
  /**
   * Text and bytes get their Content-Length from the pipeline. A stream must come with its own Content-Length header when its
   * length is known, else it is sent chunked. For HEAD the pipeline sends no body, and keeps the Content-Length.
   */
  readonly body?: string | Uint8Array | ByteStream;
}

/** A JSON answer, written without blanks. */
export function json(status: number, value: unknown, headers: ReplyHeaders = {}): Reply {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
