/**
 * Request bodies off the socket: in blocks with an idle limit, collected with a size limit, or thrown away in a way that lets the
 * client read our answer first.
 */
import type { IncomingMessage } from 'node:http';
import type { ByteStream } from '../base/streams/byte-stream.ts';
import { collect, TooLarge } from '../base/streams/collect.ts';
import { CoreError } from '../core/errors.ts';
import { ClientGone } from './client-gone.ts';
import { Inflow, type ReadOptions } from './inflow.ts';

/**
 * The body, gathered into blocks of `BLOCK_BYTES`; the last is shorter, so a small body is one chunk. Leaving the loop early
 * leaves the socket alone.
 * @throws CoreError BodyTimeout after `idleSeconds` without a byte; ClientGone.
 */
export async function* readBody(
  message: IncomingMessage,
  options: ReadOptions,
): AsyncGenerator<Uint8Array, void> {
  if (message.destroyed && !message.readableEnded) throw new ClientGone();
  if (message.complete) {
    // All of it is here already: the usual case for small bodies.
    const bytes = readArrived(message);
    if (bytes.length === 0) return;
    options.count(bytes.length);
    yield bytes;
    return;
  }
  const inflow = new Inflow(message, options);
  try {
    for (let block = await inflow.next(); block !== undefined; block = await inflow.next()) yield block;
    inflow.giveBack();
  } finally {
    inflow.stop();
  }
}

/** What has arrived and waits to be read; `read()` gives only the first piece of it since Node 26. */
function readArrived(message: IncomingMessage): Buffer {
  const pieces: Buffer[] = [];
  for (let piece: Buffer | null = message.read(); piece !== null; piece = message.read()) pieces.push(piece);
  const [first = Buffer.alloc(0)] = pieces;
  return pieces.length > 1 ? Buffer.concat(pieces) : first;
}

/** The whole body. @throws CoreError TooLarge beyond `maxBytes` */
export async function collectBody(body: ByteStream, maxBytes: number): Promise<Buffer> {
  try {
    return await collect(body, maxBytes);
  } catch (error) {
    if (error instanceof TooLarge) throw new CoreError('TooLarge', { limit: maxBytes });
    throw error;
  }
}

/**
 * Reads and forgets what is left of a body after an early answer, so that a client still sending can read that answer instead of
 * a reset connection: until the end, or `maxBytes`, or `seconds`. Answers whether the end was reached.
 */
export function discardBody(message: IncomingMessage, maxBytes: number, seconds: number): Promise<boolean> {
  if (message.complete || message.destroyed) return Promise.resolve(message.complete);
  return new Promise((resolve) => {
    let left = maxBytes;
    const finish = (reachedEnd: boolean) => {
      clearTimeout(timer);
      message.off('data', count).off('end', ended).off('close', closed);
      resolve(reachedEnd);
    };
    const count = (chunk: Uint8Array) => {
      left -= chunk.length;
      if (left < 0) finish(false);
    };
    const ended = () => finish(true);
    const closed = () => finish(false);
    const timer = setTimeout(() => finish(false), seconds * 1000);
    message.on('data', count).on('end', ended).on('close', closed).resume();
  });
}
