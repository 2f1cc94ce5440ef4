/** Relays connections to a server from another address of this machine, so that every client of the tests can come from there. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestServer } from './start-server.ts';

export interface Relay {
  /** In the place of the server's own. */
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What is sent to its `url` reaches `server` from `address`, an IPv4 or IPv6 loopback address. */
export async function relayFrom(server: Pick<TestServer, 'url'>, address: string): Promise<Relay> {
  const { port } = new URL(server.url);
  const host = address.includes(':') ? '::1' : '127.0.0.1';
  const clients = new Set<Socket>();
  const relay = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host, port: Number(port), localAddress: address, noDelay: true });
    clients.add(client);
    client.pipe(upstream).pipe(client);
    // Either end going away ends the other; what was asked fails at the client.
    client.on('error', () => upstream.destroy());
    client.on('close', () => {
      clients.delete(client);
      upstream.destroy();
    });
    upstream.on('error', () => client.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => relay.close(resolve));
      // Those that are kept for a next request would last for minutes.
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}
