/** Sockets and TLS: an HTTP server that hands every request to the pipeline and can stop without cutting one off. */
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Pipeline } from './pipeline.ts';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Paths of PEM files. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly pipeline: Pipeline;
}

export interface Listener {
  /** `http://127.0.0.1:9000`, with the port really taken. */
  readonly url: string;
  /** Stops accepting, lets running requests finish for up to `seconds`, then cuts what is left. */
  stop(seconds: number): Promise<void>;
}

const serverOptions: ServerOptions = {
  // Keys of 1024 bytes, 90 metadata items and signed header lists fit with room to spare.
  maxHeaderSize: 64 * 1024,
  headersTimeout: 30_000,
  keepAliveTimeout: 75_000,
  // Bodies have their own idle limit; a whole upload may take hours.
  requestTimeout: 0,
  insecureHTTPParser: false,
};

/** @throws the system's error when the address cannot be taken (EADDRINUSE, EACCES, ...) */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { pipeline, tls } = options;
  const server =
    tls === undefined
      ? createServer(serverOptions)
      : createTlsServer({ ...serverOptions, cert: readFileSync(tls.cert), key: readFileSync(tls.key) });
  server.on('request', (message, response) => void pipeline(message, response, false));
  server.on('checkContinue', (message, response) => void pipeline(message, response, true));
  server.on('checkExpectation', (_, response) => {
    response.writeHead(417, { Connection: 'close', 'Content-Length': 0 }).end();
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, socket as Socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return { url: urlOf(server, tls !== undefined), stop: (seconds) => stop(server, seconds) };
}

/** What the HTTP parser itself refuses: there is no request to route, so the answer is as short as HTTP allows. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function urlOf(server: Server, secure: boolean): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${secure ? 'https' : 'http'}://${host}:${address.port}`;
}

async function stop(server: Server, seconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), seconds * 1000);
  await closed;
  clearTimeout(timer);
}
