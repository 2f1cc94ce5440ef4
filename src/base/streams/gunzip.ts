/** Owns unpacking gzip as it streams by, with one kind of failure for bytes that are none. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ByteStream } from './byte-stream.ts';

/** What was read is not gzip, damaged, or ends early; the message says which. */
export class GzipError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'GzipError';
  }
}

/** @throws GzipError; whatever `source` throws */
export async function* gunzipped(source: ByteStream): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const feeding = pipeline(Readable.from(copies(source)), gunzip);
  // Its failure is `gunzip`'s too, where it is heard.
  feeding.catch(() => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    throw asGzipError(error);
  } finally {
    gunzip.destroy();
  }
}

/** Chunks of their own: they wait in queues, while a lent one is taken back. */
async function* copies(source: ByteStream): AsyncGenerator<Buffer> {
  for await (const chunk of source) yield Buffer.from(chunk);
}

function asGzipError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('Z_')) return error;
  if (error.message === 'incorrect header check') return new GzipError('not a gzip file', error);
  return new GzipError(error.message, error);
}
