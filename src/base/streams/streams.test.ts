/** The byte stream pieces: what they pass on, refuse and close. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { abortable } from './abortable.ts';
import { BLOCK_BYTES, BlockPool, freeMemory } from './block-pool.ts';
import { collect, collectIfSmall, TooLarge } from './collect.ts';

/** A source that remembers how far it was read and whether it was closed. */
function source(...chunks: (string | Error)[]) {
  const seen = { taken: 0, closed: false };
  async function* generate() {
    try {
      for (const chunk of chunks) {
        seen.taken++;
        if (chunk instanceof Error) throw chunk;
        yield Buffer.from(chunk);
      }
    } finally {
      seen.closed = true;
    }
  }
  return Object.assign(generate(), { seen });
}

async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return (await collect(chunks, 1 << 20)).toString();
}

describe('collect', () => {
  it('joins what is within the maximum', async () => {
    assert.equal((await collect(source('ab', '', 'cd'), 4)).toString(), 'abcd');
    assert.equal((await collect(source(), 0)).length, 0);
  });

  it('refuses more, and closes the source', async () => {
    const long = source('ab', 'cde', 'f');
    await assert.rejects(collect(long, 4), (error) => error instanceof TooLarge && error.maximum === 4);
    assert.deepEqual(long.seen, { taken: 2, closed: true });
  });

  it('owns what it gives', async () => {
    const memory = Buffer.from('one');
    const bytes = await collect(overwriting(memory, memory), 6);
    assert.equal(bytes.toString(), 'oneone');
    assert.equal((await collect(overwriting(memory), 6)).toString(), 'one');
  });
});

/** Lends each chunk and spoils it when the next is asked for, as the rule of byte streams allows. */
async function* overwriting(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    const lent = Uint8Array.from(chunk);
    yield lent;
    lent.fill(0);
  }
}

describe('collectIfSmall', () => {
  it('gives bytes up to the maximum, else a stream of everything', async () => {
    const chunks = fc.array(fc.string({ maxLength: 5 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat(20), async (list, maximum) => {
        const whole = Buffer.from(list.join(''));
        const taken = await collectIfSmall(overwriting(...list.map((one) => Buffer.from(one))), maximum);
        assert.equal(taken instanceof Uint8Array, whole.length <= maximum);
        assert.deepEqual(taken instanceof Uint8Array ? taken : await collect(taken, 1000), whole);
      }),
    );
  });

  it('takes no more than it must, and does not copy a large chunk', async () => {
    const chunk = Buffer.from('abcdef');
    const long = source('abc', 'def', 'ghi');
    await collectIfSmall(long, 4);
    assert.equal(long.seen.taken, 2);
    const taken = await collectIfSmall(
      (async function* () {
        yield chunk;
      })(),
      4,
    );
    assert.ok(!(taken instanceof Uint8Array));
    for await (const more of taken) assert.equal(more, chunk);
  });

  it('closes the source when the stream is dropped, before, during and after reading it', async () => {
    const reopen = async (input: AsyncIterable<Uint8Array>) => {
      const taken = await collectIfSmall(input, 1);
      assert.ok(!(taken instanceof Uint8Array));
      return taken;
    };
    const unread = source('abc', 'def');
    await (await reopen(unread)).close();
    assert.ok(unread.seen.closed);

    const left = source('abc', 'def');
    const stream = await reopen(left);
    for await (const _ of stream) break;
    assert.ok(left.seen.closed);
    await stream.close();
    assert.equal(await text(stream), '');
  });

  it('hands on the error of the source, early or late', async () => {
    const broken = new Error('cable');
    await assert.rejects(collectIfSmall(source('a', broken), 5), broken);
    const taken = await collectIfSmall(source('abc', broken), 1);
    assert.ok(!(taken instanceof Uint8Array));
    await assert.rejects(collect(taken, 100), broken);
  });
});

describe('BlockPool', () => {
  it('gives a block out again only after it came back, and keeps no more than it may', () => {
    const pool = new BlockPool(1);
    const first = pool.take(BLOCK_BYTES);
    const second = pool.take(BLOCK_BYTES);
    assert.notEqual(first.buffer, second.buffer);
    pool.give(first);
    pool.give(second);
    assert.equal(second.length, 0, 'freed at once');
    assert.equal(pool.take(BLOCK_BYTES / 2), first);
    assert.notEqual(pool.take(BLOCK_BYTES), first);
  });

  it('has room for what is smaller and larger than a block', () => {
    const pool = new BlockPool();
    for (const bytes of [0, 1, 5000, BLOCK_BYTES - 1, BLOCK_BYTES + 1]) {
      const taken = pool.take(bytes);
      assert.ok(taken.length >= bytes);
      pool.give(taken);
    }
  });

  it('never frees the memory of others', () => {
    const whole = Buffer.alloc(10);
    freeMemory(whole.subarray(0, 9));
    assert.equal(whole.length, 10);
  });
});

describe('abortable', () => {
  it('passes everything on when nothing aborts, and leaves no listener', async () => {
    const signal = countingSignal();
    assert.equal(await text(abortable(source('a', 'b'), signal.signal)), 'ab');
    assert.equal(signal.listeners(), 0);
    for await (const _ of abortable(source('a', 'b'), signal.signal)) break;
    assert.equal(signal.listeners(), 0);
    await assert.rejects(text(abortable(source(new Error('cable')), signal.signal)), /cable/);
    assert.equal(signal.listeners(), 0);
  });

  it('ends a stalled source at once with the reason', async () => {
    const abort = new AbortController();
    const reason = new Error('client left');
    const stalled = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    const reading = collect(abortable(stalled, abort.signal), 10);
    setImmediate(() => abort.abort(reason));
    await assert.rejects(reading, reason);
  });

  it('closes the source on abort between chunks, and refuses to start when already aborted', async () => {
    const abort = new AbortController();
    const input = source('a', 'b', 'c');
    await assert.rejects(async () => {
      for await (const _ of abortable(input, abort.signal)) abort.abort(new Error('stop'));
    }, /stop/);
    assert.deepEqual(input.seen, { taken: 1, closed: true });
    const late = source('a');
    await assert.rejects(text(abortable(late, abort.signal)), /stop/);
    assert.equal(late.seen.taken, 0);
  });

  it('closes the source when left early', async () => {
    const input = source('a', 'b');
    for await (const _ of abortable(input, new AbortController().signal)) break;
    assert.ok(input.seen.closed);
  });
});

/** A signal that knows how many listeners it has. */
function countingSignal() {
  const { signal } = new AbortController();
  let count = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--;
    remove(...args);
  };
  return { signal, listeners: () => count };
}
