/** Bodies on their way into storage: whole, or not at all, wherever they are hashed and however they are cut. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { memoryCore } from '../../../test/support/memory-core.ts';
import { HashThread } from '../../base/hash-thread.ts';
import { collect } from '../../base/streams/collect.ts';
import { Unavailable } from '../../engines/errors.ts';
import type { Core } from '../core.ts';
import { isCoreError } from '../errors.ts';
import { type BodyInput, type StoredBody, storeBody } from './store-body.ts';

const KIB = 1024;
const inlineBytes = 1000;

/** Lends `bytes` in chunks of `step`, and spoils each when the next is asked for. */
function lending(bytes: Uint8Array, step: number) {
  const seen = { closed: false };
  async function* lend() {
    try {
      for (let at = 0; at < bytes.length; at += step) {
        const lent = Uint8Array.from(bytes.subarray(at, at + step));
        yield lent;
        lent.fill(0xdb);
      }
    } finally {
      seen.closed = true;
    }
  }
  return Object.assign(lend(), { seen });
}

const digest = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest();

const thread = new HashThread();
after(() => thread.close());

for (const [where, hashThread] of [
  ['here', undefined],
  ['in another thread', thread],
] as const) {
  describe(`a body hashed ${where}`, () => {
    let core: Core;
    before(async () => {
      core = { ...(await memoryCore({ inlineBytes })), ...(hashThread && { hashThread }) };
    });

    const store = (body: AsyncIterable<Uint8Array>, input: Partial<BodyInput> = {}) =>
      storeBody(core, { body, expected: [], signal: new AbortController().signal, ...input }, undefined);
    const bytesOf = async ({ segments: [segment, ...more], size }: StoredBody): Promise<Uint8Array> => {
      assert.equal(more.length, 0);
      if (segment === undefined) return Buffer.alloc(0);
      if (segment.kind === 'inline') return segment.bytes;
      return collect(core.blobs.read(segment.blob, { start: 0, end: segment.length }), size);
    };
    const blobs = async () => {
      let count = 0;
      for await (const _ of core.blobs.enumerate()) count += 1;
      return count;
    };

    it('is stored with its digests, inline or not', async () => {
      for (const size of [0, 1, inlineBytes, inlineBytes + 1, 300 * KIB, 1500 * KIB + 3]) {
        for (const step of [777, 512 * KIB]) {
          const bytes = randomBytes(size);
          const stored = await store(lending(bytes, step), {
            size,
            expected: [{ algorithm: 'sha256', value: () => digest('sha256', bytes) }],
            checksum: 'SHA1',
          });
          assert.equal(stored.size, size);
          assert.equal(stored.md5, digest('md5', bytes).toString('hex'));
          assert.equal(stored.checksum?.value, digest('sha1', bytes).toString('base64'));
          assert.equal(
            stored.segments[0]?.kind,
            size === 0 ? undefined : size > inlineBytes ? 'blob' : 'inline',
          );
          assert.equal(Buffer.compare(await bytesOf(stored), bytes), 0);
        }
      }
    });

    it('is refused when it is not what was announced, and leaves nothing', async () => {
      const held = await blobs();
      for (const size of [10, inlineBytes + 1, 1300 * KIB]) {
        const bytes = randomBytes(size);
        const body = () => lending(bytes, 512 * KIB);
        const expected = [{ algorithm: 'md5', value: digest('md5', Buffer.from('other')) }] as const;
        await assert.rejects(store(body(), { expected }), (error) => isCoreError(error, 'BadDigest'));
        await assert.rejects(store(body(), { size: size + 1 }), (error) =>
          isCoreError(error, 'IncompleteBody'),
        );
        await assert.rejects(store(body(), { size: size - 1 }), (error) => isCoreError(error, 'TooLarge'));
      }
      assert.equal(await blobs(), held);
    });

    it('is closed when the engine fails before it reads anything', async () => {
      const down = {
        ...core,
        blobs: { ...core.blobs, write: () => Promise.reject(new Unavailable('down')) },
      };
      const body = lending(randomBytes(1300 * KIB), 512 * KIB);
      await assert.rejects(
        storeBody(down, { body, expected: [], signal: new AbortController().signal }, undefined),
        Unavailable,
      );
      assert.ok(body.seen.closed);
    });

    it('ends with the signal', async () => {
      const abort = new AbortController();
      const reason = new Error('client left');
      async function* stalling() {
        yield randomBytes(600 * KIB);
        setImmediate(() => abort.abort(reason));
        await new Promise(() => {});
      }
      await assert.rejects(store(stalling(), { signal: abort.signal }), (error) => error === reason);
    });
  });
}
