import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlockPool } from '../base/streams/block-pool.ts';
import { collect } from '../base/streams/collect.ts';
import { readBody } from './request-body.ts';

/** What `readBody` gives of a body sent as `pieces`, one segment each, when nobody reads before all have arrived. */
async function readWhenComplete(pieces: readonly string[]): Promise<{ text: string; counted: number }> {
  const server = http.createServer();
  const read = new Promise<{ text: string; counted: number }>((resolve, reject) => {
    server.on('request', async (message, response) => {
      try {
        while (!message.complete) await sleep(1);
        let counted = 0;
        const count = (bytes: number) => {
          counted += bytes;
        };
        const body = readBody(message, { idleSeconds: 10, pool: new BlockPool(), count });
        const text = (await collect(body, 1000)).toString();
        response.end();
        resolve({ text, counted });
      } catch (error) {
        reject(error);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay();
  const length = pieces.join('').length;
  socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`);
  for (const piece of pieces) {
    await sleep(10);
    socket.write(piece);
  }
  try {
    return await read;
  } finally {
    socket.destroy();
    server.close();
  }
}

test('a body that arrived in pieces before it is read is read whole', async () => {
  assert.deepEqual(await readWhenComplete(['first ', 'second ', 'third']), {
    text: 'first second third',
    counted: 18,
  });
});

test('an empty body has no chunk', async () => {
  assert.deepEqual(await readWhenComplete([]), { text: '', counted: 0 });
});
