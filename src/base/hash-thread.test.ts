/** Hashing in another thread gives what hashing here gives, whatever else it is told meanwhile, and never holds anybody up. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { createHasher } from './hash.ts';
import { HashThread, isThreaded, type ThreadedAlgorithm } from './hash-thread.ts';

const KIB = 1024;

function hashHere(algorithm: ThreadedAlgorithm, bytes: Uint8Array): string {
  const hasher = createHasher(algorithm);
  hasher.update(bytes);
  return hasher.digest().toString('hex');
}

describe('a hashing thread', () => {
  const thread = new HashThread();
  after(() => thread.close());

  const hashThere = async (algorithm: ThreadedAlgorithm, bytes: Uint8Array, step: number) => {
    const hasher = thread.createHasher(algorithm);
    for (let at = 0; at < bytes.length; at += step) {
      const lent = Uint8Array.from(bytes.subarray(at, at + step));
      await hasher.update(lent);
      lent.fill(0xdb);
    }
    return (await hasher.digest()).toString('hex');
  };

  it('gives the digests of many streams at once, though their chunks are changed behind it', async () => {
    const streams = (['md5', 'sha1', 'sha256'] as const).flatMap((algorithm) =>
      [0, 1, 100 * KIB, 512 * KIB, 512 * KIB + 1, 3000 * KIB].map((size) => ({
        algorithm,
        bytes: randomBytes(size),
      })),
    );
    for (const step of [100_000, 512 * KIB, 1300 * KIB]) {
      const there = await Promise.all(
        streams.map(({ algorithm, bytes }) => hashThere(algorithm, bytes, step)),
      );
      assert.deepEqual(
        there,
        streams.map(({ algorithm, bytes }) => hashHere(algorithm, bytes)),
      );
    }
  });

  it('forgets a dropped hash and goes on with the others', async () => {
    const kept = thread.createHasher('md5');
    const dropped = thread.createHasher('md5');
    const bytes = randomBytes(700 * KIB);
    await Promise.all([kept.update(bytes), dropped.update(bytes)]);
    dropped.drop();
    dropped.drop();
    await assert.rejects(dropped.digest(), /does not know/);
    assert.equal((await kept.digest()).toString('hex'), hashHere('md5', bytes));
    kept.drop();
  });

  it('fails every hash it was busy with when it ends, and starts again for the next', async () => {
    const broken = thread.createHasher('md5');
    const bytes = randomBytes(600 * KIB);
    await broken.update(bytes);
    await thread.close();
    await assert.rejects(broken.digest(), /has ended/);
    await assert.rejects(async () => {
      for (let n = 0; n < 3; n++) await broken.update(bytes);
    }, /has ended/);
    broken.drop();
    assert.equal(await hashThere('sha256', bytes, 600 * KIB), hashHere('sha256', bytes));
  });

  it('lets the process end', () => {
    const script = `
      const { HashThread } = await import(process.env.MODULE);
      const hasher = new HashThread().createHasher('md5');
      await hasher.update(Buffer.alloc(1000));
      console.log((await hasher.digest()).toString('hex'));`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, MODULE: new URL('./hash-thread.ts', import.meta.url).href },
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.deepEqual(
      [run.status, run.stdout.trim(), run.stderr.replace(/.*Warning.*\n?/g, '')],
      [0, hashHere('md5', Buffer.alloc(1000)), ''],
    );
  });

  it('is for cryptographic hashes alone', () => {
    assert.deepEqual((['md5', 'sha256', 'crc32', 'crc64nvme'] as const).map(isThreaded), [
      true,
      true,
      false,
      false,
    ]);
  });
});
