/** Encrypted frames: every range against a naive slice, chunks of any size, and every kind of damage. */
import assert from 'node:assert/strict';
import { createDecipheriv, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { collect } from '../../base/streams/collect.ts';
import { Corrupt } from '../../engines/errors.ts';
import { FRAME_BYTES, openBytes, openStream, sealBytes, sealedBytes, sealStream } from './frames.ts';

const frame = FRAME_BYTES;
const sealedFrame = frame + 16;

/** Lends each chunk and spoils it when the next is asked for. */
async function* lending(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) {
    const lent = Uint8Array.from(bytes.subarray(at, at + step));
    yield lent;
    lent.fill(0xdb);
  }
}

const sealed = (key: Buffer, plain: Buffer, step: number) =>
  collect(sealStream(key, lending(plain, step)), 1 << 26);

function opened(
  key: Buffer,
  size: number,
  rest: Buffer,
  range: { start: number; end: number },
  step = 100_000,
): Promise<Buffer> {
  const read = ({ start, end }: { start: number; end: number }) => {
    assert.ok(start >= 0 && start <= end && end <= sealedBytes(size));
    return lending(rest.subarray(start, end), step);
  };
  return collect(openStream(key, size, range, read), 1 << 26);
}

const sizes = [1, 15, frame - 1, frame, frame + 1, 2 * frame, 7 * frame, 8 * frame + 1, 20 * frame + 17];

describe('encrypted frames', () => {
  it('are the same for a stream as for bytes, whatever the chunks', async () => {
    for (const size of sizes) {
      const [key, plain] = [randomBytes(32), randomBytes(size)];
      const whole = sealBytes(key, plain);
      assert.equal(whole.length, sealedBytes(size));
      for (const step of [1777, frame, sealedFrame, 512 * 1024, 3_000_000]) {
        assert.equal(Buffer.compare(await sealed(key, plain, step), whole), 0, `${size} by ${step}`);
        const range = { start: 0, end: size };
        assert.equal(Buffer.compare(await opened(key, size, whole, range, step), plain), 0);
      }
    }
    assert.equal((await sealed(randomBytes(32), Buffer.alloc(0), 1)).length, 0);
    assert.equal(sealedBytes(0), 0);
  });

  it('are AES-256-GCM as formats.md says', () => {
    const [key, plain] = [randomBytes(32), randomBytes(frame + 5)];
    const rest = sealBytes(key, plain);
    for (const [number, last] of [
      [0, 0],
      [1, 1],
    ] as const) {
      const nonce = Buffer.from(`${'0'.repeat(21)}${number}0${last}`, 'hex');
      const bytes = rest.subarray(number * sealedFrame, (number + 1) * sealedFrame);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(bytes.subarray(-16));
      const text = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
      assert.deepEqual(text, plain.subarray(number * frame, (number + 1) * frame));
    }
  });

  it('give any range, and read only the frames of it', async () => {
    const size = 11 * frame + 1234;
    const [key, plain] = [randomBytes(32), randomBytes(size)];
    const rest = sealBytes(key, plain);
    const edges = [0, 1, frame - 1, frame, frame + 1, 8 * frame - 1, 8 * frame, 11 * frame, size - 1, size];
    const position = fc.oneof(fc.constantFrom(...edges), fc.nat(size));
    const property = fc.asyncProperty(
      position,
      position,
      fc.integer({ min: 1000, max: 600_000 }),
      async (a, b, step) => {
        const range = { start: Math.min(a, b), end: Math.max(a, b) };
        if (range.start === range.end) return;
        const expected = plain.subarray(range.start, range.end);
        assert.equal(Buffer.compare(openBytes(key, size, rest, range), expected), 0);
        // Frames beside the range are damaged, so reading one would show.
        const damaged = Buffer.alloc(rest.length);
        const [first, end] = [Math.floor(range.start / frame), Math.ceil(range.end / frame)];
        rest.copy(damaged, first * sealedFrame, first * sealedFrame, end * sealedFrame);
        assert.equal(Buffer.compare(await opened(key, size, damaged, range, step), expected), 0);
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  describe('that are damaged do not open', () => {
    const size = 3 * frame + 100;
    const [key, plain] = [randomBytes(32), randomBytes(size)];
    const rest = sealBytes(key, plain);
    const all = { start: 0, end: size };
    const refuses = async (bytes: Buffer, claimed = size, by = key) => {
      await assert.rejects(opened(by, claimed, bytes, { start: 0, end: claimed }), Corrupt);
      assert.throws(() => openBytes(by, claimed, bytes, { start: 0, end: claimed }), Corrupt);
    };
    const cut = (n: number) => rest.subarray(n * sealedFrame, (n + 1) * sealedFrame);

    it('a flipped bit anywhere', async () => {
      for (const at of [
        0,
        frame - 1,
        frame,
        sealedFrame - 1,
        sealedFrame,
        2 * sealedFrame + 9,
        rest.length - 1,
      ]) {
        const damaged = Buffer.from(rest);
        damaged[at] = (damaged[at] ?? 0) ^ 4;
        await refuses(damaged);
      }
    });

    it('frames that are swapped, repeated or of another stretch', async () => {
      await refuses(Buffer.concat([cut(1), cut(0), cut(2), cut(3)]));
      await refuses(Buffer.concat([cut(0), cut(0), cut(2), cut(3)]));
      await refuses(Buffer.concat([cut(0), sealBytes(randomBytes(32), plain).subarray(sealedFrame)]));
      await refuses(rest, size, randomBytes(32));
    });

    it('a stretch cut off, at a border or not, with or without its size', async () => {
      for (const length of [0, 1, sealedFrame, 2 * sealedFrame, 3 * sealedFrame, rest.length - 1]) {
        await refuses(rest.subarray(0, length));
      }
      await refuses(rest.subarray(0, 3 * sealedFrame), 3 * frame);
      await refuses(rest.subarray(0, sealedFrame), frame);
      await refuses(Buffer.concat([rest, cut(3)]), size + 116);
    });

    it('and nothing of a bad frame is given out before', async () => {
      const damaged = Buffer.from(rest);
      damaged[sealedFrame + 5] = (damaged[sealedFrame + 5] ?? 0) ^ 1;
      let got = 0;
      const read = ({ start, end }: { start: number; end: number }) =>
        lending(damaged.subarray(start, end), sealedFrame);
      await assert.rejects(async () => {
        for await (const chunk of openStream(key, size, all, read)) {
          assert.equal(Buffer.compare(chunk, plain.subarray(got, got + chunk.length)), 0);
          got += chunk.length;
        }
      }, Corrupt);
      assert.equal(got, frame);
    });
  });
});
