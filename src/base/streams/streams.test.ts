/** The byte stream pieces: what they pass on, refuse and close. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { abortable } from './abortable.ts';
import { collect, joinChunks, TooLarge } from './collect.ts';
import { concat } from './concat.ts';
import { limit } from './limit.ts';
import { peek } from './peek.ts';

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

  it('does not copy a single chunk', () => {
    const chunk = Buffer.from('one');
    assert.equal(joinChunks([chunk]).buffer, chunk.buffer);
    assert.equal(joinChunks([chunk]).toString(), 'one');
  });
});

describe('limit', () => {
  it('passes up to the maximum and throws in place of the chunk beyond', async () => {
    assert.equal(await text(limit(source('ab', 'cd'), 4)), 'abcd');
    const long = source('ab', 'cd', 'e');
    const passed: string[] = [];
    await assert.rejects(async () => {
      for await (const chunk of limit(long, 4)) passed.push(String(chunk));
    }, TooLarge);
    assert.deepEqual(passed, ['ab', 'cd']);
    assert.ok(long.seen.closed);
  });
});

describe('concat', () => {
  it('puts sources of every kind in a row', async () => {
    const all = concat([source('a', 'b'), [Buffer.from('c')], source(), source('d')]);
    assert.equal(await text(all), 'abcd');
  });

  it('opens a source only when its turn comes and closes the current one on early leave', async () => {
    const first = source('a', 'b');
    let opened = 0;
    function* sources() {
      yield first;
      opened++;
      yield source('c');
    }
    for await (const chunk of concat(sources())) {
      assert.equal(String(chunk), 'a');
      break;
    }
    assert.ok(first.seen.closed);
    assert.equal(opened, 0);
  });
});

describe('peek', () => {
  it('says whether a stream ended within the wanted bytes, and goes on where the head stops', async () => {
    const chunks = fc.array(fc.string({ maxLength: 5 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat(20), async (list, bytes) => {
        const whole = Buffer.from(list.join(''));
        const peeked = await peek(source(...list), bytes);
        const head = Buffer.concat(peeked.head);
        assert.deepEqual(head, whole.subarray(0, bytes));
        assert.equal(peeked.size, head.length);
        assert.equal(peeked.ended, whole.length <= bytes);
        assert.deepEqual(await collect(peeked.rest, 1000), whole.subarray(bytes));
      }),
    );
  });

  it('cuts a chunk without copying it', async () => {
    const chunk = Buffer.from('abcdef');
    const { head, rest } = await peek(concat([[chunk]]), 2);
    assert.equal(head[0]?.buffer, chunk.buffer);
    for await (const more of rest) assert.equal(more.buffer, chunk.buffer);
  });

  it('takes no more than it must', async () => {
    const long = source('abc', 'def', 'ghi');
    await peek(long, 4);
    assert.equal(long.seen.taken, 2);
  });

  it('closes the source when the rest is dropped, before, during and after reading it', async () => {
    const unread = source('abc', 'def');
    await (await peek(unread, 1)).close();
    assert.ok(unread.seen.closed);

    const left = source('abc', 'def');
    const peeked = await peek(left, 1);
    for await (const _ of peeked.rest) break;
    assert.ok(left.seen.closed);
    await peeked.close();
    assert.equal(await text(peeked.rest), '');
  });

  it('hands on the error of the source, early or late', async () => {
    const broken = new Error('cable');
    await assert.rejects(peek(source('a', broken), 5), broken);
    const { rest } = await peek(source('abc', broken), 1);
    await assert.rejects(collect(rest, 100), broken);
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
