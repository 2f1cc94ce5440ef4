/**
 * Connections to each of a server's processes: one that is kept open is always answered by the same process, which the server's log tells.
 * For what all processes must say alike at once.
 */
import assert from 'node:assert/strict';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestServer } from './start-server.ts';

export interface Exchange {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Exchanged {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A process, and the one connection to it: requests on it wait for each other. */
export interface WorkerLine {
  readonly pid: number;
  readonly agent: http.Agent;
}

/** For requests that each get a connection of their own, to whichever process takes it. */
export const freshConnections = new http.Agent({ keepAlive: false });

/** One request on a connection of `agent`. */
export function exchange(
  agent: http.Agent,
  url: string,
  { method, headers, body }: Exchange,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(url, { method, headers, agent });
    outgoing.on('error', reject);
    outgoing.on('response', async (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const pairs = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: new Headers(pairs as [string, string][]),
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    outgoing.end(body);
  });
}

/** A line to each of `count` processes. The log must be on. */
export async function workerLines(server: TestServer, count: number): Promise<readonly WorkerLine[]> {
  const lines = new Map<number, WorkerLine>();
  for (let attempt = 0; lines.size < count; attempt += 1) {
    assert.ok(attempt < 20, `${lines.size} of ${count} processes take connections`);
    // At once, so that a process that is busy with one leaves another to the others.
    const opened = await Promise.all(Array.from({ length: 4 * count }, () => open(server)));
    for (const line of opened) {
      if (lines.has(line.pid)) line.agent.destroy();
      else lines.set(line.pid, line);
    }
  }
  return [...lines.values()];
}

async function open(server: TestServer): Promise<WorkerLine> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const answer = await exchange(agent, `${server.url}/kos/v1/buckets`, { method: 'GET', headers: {} });
  return { agent, pid: await answeredBy(server, answer) };
}

/** The process that gave an answer, by the server's log, which is written a moment later. */
export async function answeredBy(
  server: TestServer,
  { headers }: Pick<Exchanged, 'headers'>,
): Promise<number> {
  const id = headers.get('x-request-id');
  assert.ok(id !== null);
  for (const end = Date.now() + 10_000; ; await sleep(50)) {
    const line = server
      .stderr()
      .split('\n')
      .find((one) => one.includes(id) && one.endsWith('}'));
    if (line !== undefined) return (JSON.parse(line) as { pid: number }).pid;
    assert.ok(Date.now() < end, `the log does not have the request ${id}`);
  }
}
