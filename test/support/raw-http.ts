/** HTTP written by hand over a socket: for the shapes that no client library will send. */
import { connect } from 'node:net';

export interface RawAnswer {
  /** Of the last response on the connection; 0 when the server closed without one. */
  readonly status: number;
  /** Everything the server sent until it closed, or until `quietMs` passed without a byte. */
  readonly text: string;
  /** Status codes of all responses in order, interim ones included. */
  readonly statuses: readonly number[];
  readonly closed: boolean;
}

/**
 * Sends `parts` one after the other (a number is a pause in milliseconds) and collects what comes back.
 */
export function rawExchange(
  url: string,
  parts: readonly (string | Uint8Array | number)[],
  quietMs = 400,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    let text = '';
    let timer = setTimeout(() => finish(false), quietMs + 2000);
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map((match) => Number(match[1]));
      resolve({ status: statuses.at(-1) ?? 0, text, statuses, closed });
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      clearTimeout(timer);
      timer = setTimeout(() => finish(false), quietMs);
    });
    socket.on('close', () => finish(true));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') reject(error);
    });
    socket.on('connect', () => void send());
    const send = async () => {
      for (const part of parts) {
        if (typeof part === 'number') await new Promise((next) => setTimeout(next, part));
        else if (!socket.destroyed) socket.write(part);
      }
    };
  });
}
