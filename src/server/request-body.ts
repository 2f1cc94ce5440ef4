/**
 * Request bodies off the socket: chunk by chunk with an idle limit, collected with a size limit, or thrown away in a way that
 * lets the client read our answer first.
 */
import type { IncomingMessage } from 'node:http';
import { CoreError } from '../core/errors.ts';

/** The client went away in the middle of its body; there is nobody to answer. */
export class ClientGone extends Error {
  constructor() {
    super('the client closed the connection');
    this.name = 'ClientGone';
  }
}

/**
 * The body's chunks as they come. Leaving the loop early leaves the socket alone.
 * @throws CoreError BodyTimeout after `idleSeconds` without a byte; ClientGone.
 */
export async function* readBody(
  message: IncomingMessage,
  idleSeconds: number,
): AsyncGenerator<Uint8Array, void> {
  let timedOut: (error: Error) => void = () => {};
  const timeout = new Promise<never>((_, reject) => {
    timedOut = reject;
  });
  timeout.catch(() => {});
  const timer = setTimeout(
    () => timedOut(new CoreError('BodyTimeout', { seconds: idleSeconds })),
    idleSeconds * 1000,
  );
  const chunks = message.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const next = await Promise.race([chunks.next(), timeout]);
      if (next.done === true) return;
      timer.refresh();
      yield next.value;
      // The consumer's own slowness is not the client's.
      timer.refresh();
    }
  } catch (error) {
    if (error instanceof CoreError) throw error;
    throw new ClientGone();
  } finally {
    clearTimeout(timer);
  }
}

/** The whole body. @throws CoreError TooLarge beyond `maxBytes` */
export async function collectBody(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new CoreError('TooLarge', { limit: maxBytes });
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] instanceof Buffer ? chunks[0] : Buffer.concat(chunks, size);
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
