/**
 * A relay between the PostgreSQL engine and its server that can fall silent, refuse and break connections, for tests.
 * Knows nothing of what it passes on.
 */
import { connect, createServer, type Socket } from 'node:net';

export interface Relay {
  /** `url`, but through the relay. */
  through(url: string): string;
  /** Passes nothing on any more; connections stay open, and new ones are accepted. */
  freeze(): void;
  /** Ends every connection, and new ones at once. */
  refuse(): void;
  /** Works again, for new connections. */
  thaw(): void;
  /** Breaks the connections that are open now. */
  breakAll(): void;
  close(): void;
}

export async function startRelay(target: URL): Promise<Relay> {
  let mode: 'open' | 'frozen' | 'refusing' = 'open';
  const sockets = new Set<Socket>();
  const watch = (socket: Socket, other: () => Socket | undefined): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      other()?.destroy();
    });
  };
  const breakAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const relay = createServer((client) => {
    let upstream: Socket | undefined;
    watch(client, () => upstream);
    if (mode === 'refusing') client.destroy();
    if (mode !== 'open') return;
    upstream = connect(Number(target.port), target.hostname);
    watch(upstream, () => client);
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const address = relay.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    through(text) {
      const url = new URL(text);
      url.port = String(port);
      return url.toString();
    },
    freeze() {
      mode = 'frozen';
      for (const socket of sockets) socket.pause().unpipe();
    },
    refuse() {
      mode = 'refusing';
      breakAll();
    },
    thaw() {
      mode = 'open';
    },
    breakAll,
    close() {
      breakAll();
      relay.close();
    },
  };
}
