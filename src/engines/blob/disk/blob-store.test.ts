/** The disk engine: the contract, damage on disk, shared directories, full and vanished disks. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { Corrupt, Unavailable } from '../../errors.ts';
import type { BlobStore } from '../blob-store.ts';
import { blobStoreContract, inChunks, listOf, readAll } from '../contract.test-suite.ts';
import { openDisk } from './blob-store.ts';
import { unavailable } from './file-failure.ts';

const KIB = 1024;
const HOUR = 60 * 60 * 1000;
const temporary = () => mkdtemp(join(tmpdir(), 'onggi-blobs-'));
const drop = (path: string) => rm(path, { recursive: true, force: true });

/** Open files of this process below `root`. */
async function openFiles(root: string): Promise<number> {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return links.filter((link) => link.startsWith(root)).length;
}

blobStoreContract('disk', async () => {
  const path = await temporary();
  return {
    store: await openDisk({ path }),
    dispose: () => drop(path),
    ...(process.platform === 'linux' ? { openHandles: () => openFiles(path) } : {}),
  };
});

describe('disk blob store', () => {
  let path: string;
  let store: BlobStore;
  before(async () => {
    path = await temporary();
    store = await openDisk({ path });
  });
  after(async () => {
    await store.close();
    await drop(path);
  });
  const put = async (bytes: Uint8Array) => (await store.write(inChunks(bytes, 100_000))).id;
  const fileOf = (id: string) => join(path, 'blobs', id.slice(0, 2), id.slice(2, 4), id);

  it('keeps the bytes at the beginning of the file, so that they can be rescued', async () => {
    const bytes = randomBytes(100 * KIB);
    const file = await readFile(fileOf(await put(bytes)));
    assert.deepEqual(file.subarray(0, bytes.length), bytes);
    assert.equal(file.length, bytes.length + 2 * 4 + 48);
  });

  it('reads what the first version of the format wrote', async () => {
    // 'onggi' repeated to 70,000 bytes, with table and trailer as documented in blob-format.ts, made by another program.
    const id = '00112233445566778899aabbccddeeff';
    const bytes = Buffer.alloc(70_000, 'onggi');
    const table = Buffer.from('aee2b6d2eaec836f', 'hex');
    const trailer = Buffer.from(
      '6f6e676769626c620100000000000100701101000000000000112233445566778899aabbccddeeff00000000c251769c',
      'hex',
    );
    await mkdir(dirname(fileOf(id)), { recursive: true });
    await writeFile(fileOf(id), Buffer.concat([bytes, table, trailer]));
    assert.deepEqual(await readAll(store, id, 0, bytes.length), bytes);
    await store.delete(id);
  });

  it('finds every flipped bit in what it reads', async () => {
    const bytes = randomBytes(200 * KIB);
    const id = await put(bytes);
    const good = await readFile(fileOf(id));
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), async (at, bit) => {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] ?? 0) ^ (1 << bit);
        await writeFile(fileOf(id), bad);
        await assert.rejects(readAll(store, id, 0, bytes.length), Corrupt, `bit ${bit} of byte ${at}`);
      }),
      { numRuns: 60 },
    );
    await writeFile(fileOf(id), good);
    assert.deepEqual(await readAll(store, id, 0, bytes.length), bytes);
  });

  it('still reads the blocks that are not damaged, and gives out nothing of one that is', async () => {
    const bytes = randomBytes(256 * KIB);
    const id = await put(bytes);
    const file = await readFile(fileOf(id));
    file[130 * KIB] = (file[130 * KIB] ?? 0) ^ 1;
    await writeFile(fileOf(id), file);
    assert.deepEqual(await readAll(store, id, 0, 128 * KIB), bytes.subarray(0, 128 * KIB));
    assert.deepEqual(await readAll(store, id, 192 * KIB, 256 * KIB), bytes.subarray(192 * KIB));
    await assert.rejects(readAll(store, id, 191 * KIB, 192 * KIB), Corrupt);
    await assert.rejects(readAll(store, id, 128 * KIB, 128 * KIB + 1), Corrupt);
  });

  it('finds truncated, extended and exchanged files', async () => {
    const id = await put(randomBytes(100 * KIB));
    const good = await readFile(fileOf(id));
    for (const length of [0, 1, 47, 48, 64 * KIB, good.length - 48, good.length - 1]) {
      await writeFile(fileOf(id), good);
      await truncate(fileOf(id), length);
      await assert.rejects(readAll(store, id, 0, 1), Corrupt, `cut to ${length}`);
    }
    await writeFile(fileOf(id), Buffer.concat([good, Buffer.alloc(1)]));
    await assert.rejects(readAll(store, id, 0, 1), Corrupt);
    await writeFile(fileOf(id), Buffer.concat([good, good.subarray(-48)]));
    await assert.rejects(readAll(store, id, 0, 1), Corrupt);

    const other = await put(randomBytes(100 * KIB));
    await rename(fileOf(other), fileOf(id));
    await assert.rejects(readAll(store, id, 0, 1), Corrupt);
    await store.delete(id);
  });

  it('reads on when the blob is deleted meanwhile', async () => {
    const bytes = randomBytes(3 * KIB * KIB);
    const id = await put(bytes);
    const hash = createHash('sha256');
    let chunks = 0;
    for await (const chunk of store.read(id, { start: 0, end: bytes.length })) {
      if (chunks++ === 0) await store.delete(id);
      hash.update(chunk);
    }
    assert.ok(chunks > 1);
    assert.deepEqual(hash.digest(), createHash('sha256').update(bytes).digest());
  });

  it('reads long tables in windows', { timeout: 60_000 }, async () => {
    // More blocks than the end of the file read first can describe: 256 MiB and a little.
    const piece = randomBytes(1024 * KIB);
    const size = 260 * piece.length + 7;
    const { id } = await store.write(
      (async function* () {
        for (let n = 0; n < 260; n++) yield piece;
        yield piece.subarray(0, 7);
      })(),
    );
    let at = 0;
    for await (const chunk of store.read(id, { start: 0, end: size })) {
      for (let done = 0; done < chunk.length; ) {
        const offset = (at + done) % piece.length;
        const expected = piece.subarray(offset, offset + chunk.length - done);
        assert.equal(
          Buffer.compare(expected, chunk.subarray(done, done + expected.length)),
          0,
          `at ${at + done}`,
        );
        done += expected.length;
      }
      at += chunk.length;
    }
    assert.equal(at, size);
    assert.deepEqual(await readAll(store, id, 3, 13), piece.subarray(3, 13));
    assert.deepEqual(await readAll(store, id, size - 3, size), piece.subarray(4, 7));
    await store.delete(id);
  });

  it('writes again after its empty directories were removed', async () => {
    const id = 'fedc'.padEnd(32, '0');
    const reopened = await openDisk({ path, random: () => Buffer.from(id, 'hex') });
    await reopened.write(inChunks(Buffer.from('b'), 1));
    await drop(join(path, 'blobs', 'fe', 'dc'));
    await reopened.write(inChunks(Buffer.from('c'), 1));
    assert.equal(String(await readAll(reopened, id, 0, 1)), 'c');
    await store.delete(id);
  });
});

describe('disk blob store and its directory', () => {
  it('serves several openers at once and keeps what others are writing', async () => {
    const path = await temporary();
    const first = await openDisk({ path });
    let reached = () => {};
    const middle = new Promise<void>((resolve) => {
      reached = resolve;
    });
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const writing = first.write(
      (async function* () {
        yield randomBytes(2 * KIB * KIB);
        reached();
        await gate;
        yield Buffer.from('end');
      })(),
    );
    await middle;
    const second = await openDisk({ path });
    assert.deepEqual(await listOf(second.enumerate()), []);
    go();
    const { id, size } = await writing;
    assert.equal(String(await readAll(second, id, size - 3, size)), 'end');
    await second.delete(id);
    await assert.rejects(readAll(first, id, 0, 1), Corrupt);
    await drop(path);
  });

  it('removes files that dead writers left a day ago, at open and at enumerate', async () => {
    const path = await temporary();
    const store = await openDisk({ path });
    const leave = async (name: string, age: number) => {
      await writeFile(join(path, 'tmp', name), 'left');
      const then = new Date(Date.now() - age);
      await utimes(join(path, 'tmp', name), then, then);
    };
    await leave('old', 25 * HOUR);
    await leave('young', 23 * HOUR);
    await openDisk({ path });
    assert.deepEqual(await readdir(join(path, 'tmp')), ['young']);
    await leave('old', 25 * HOUR);
    await listOf(store.enumerate());
    assert.deepEqual(await readdir(join(path, 'tmp')), ['young']);
    await drop(path);
  });

  it('leaves nothing in tmp, whatever becomes of a write', async () => {
    const path = await temporary();
    const store = await openDisk({ path });
    await store.write(inChunks(randomBytes(100), 10));
    const failing = (async function* () {
      yield randomBytes(2 * KIB * KIB);
      throw new Error('cable');
    })();
    await assert.rejects(store.write(failing), /cable/);
    await store.health();
    assert.deepEqual(await readdir(join(path, 'tmp')), []);
    await drop(path);
  });

  it('is unavailable, and creates nothing, when the directory has gone', async () => {
    const path = await temporary();
    const store = await openDisk({ path });
    const { id } = await store.write(inChunks(Buffer.from('x'), 1));
    await drop(path);
    const down = (error: unknown) => error instanceof Unavailable && error.reason === 'down';
    await assert.rejects(store.write(inChunks(Buffer.from('x'), 1)), down);
    await assert.rejects(readAll(store, id, 0, 1), down);
    await assert.rejects(store.delete(id), down);
    await assert.rejects(store.health(), down);
    await assert.rejects(listOf(store.enumerate()), down);
    await assert.rejects(readdir(path), { code: 'ENOENT' });
  });

  it('does not open what it cannot use, and says so in one line', async () => {
    const path = await temporary();
    const file = join(path, 'file');
    await writeFile(file, '');
    for (const wrong of [file, join(file, 'below')]) {
      await assert.rejects(openDisk({ path: wrong }), (error) => {
        return (
          error instanceof Error &&
          /^cannot keep blobs in .*\(?E(EXIST|NOTDIR)/.test(error.message) &&
          !error.message.includes('\n')
        );
      });
    }
    await drop(path);
  });

  it('does not open a directory without permission', async (t) => {
    if (process.getuid?.() === 0) return t.skip('runs as root, whom permissions do not stop');
    const path = await temporary();
    await chmod(path, 0o500);
    await assert.rejects(openDisk({ path }), /^Error: cannot keep blobs in .*EACCES/);
    await drop(path);
  });

  it('tells a full disk from a broken one', () => {
    const failed = (code: string) => unavailable(Object.assign(new Error(code), { code }));
    for (const code of ['ENOSPC', 'EDQUOT']) assert.equal(failed(code).reason, 'full');
    for (const code of ['EIO', 'EROFS', 'ENOENT', 'EMFILE']) assert.equal(failed(code).reason, 'down');
    assert.ok(failed('EIO').cause instanceof Error);
  });

  it('reports a full disk, leaves nothing on it, and works again when there is space', async (t) => {
    const script = `
      import { openDisk } from ${JSON.stringify(join(import.meta.dirname, 'blob-store.ts'))};
      const store = await openDisk({ path: process.env.AT });
      const write = (mib) => store.write((async function* () { for (let n = 0; n < mib; n++) yield Buffer.alloc(1 << 20); })());
      const outcomes = [];
      for (const mib of [2, 20, 2]) {
        outcomes.push(await write(mib).then(() => 'stored', (error) => error.name + ' ' + error.reason));
      }
      const blobs = await Array.fromAsync(store.enumerate());
      console.log(JSON.stringify([outcomes, blobs.length]));`;
    const path = await temporary();
    const shell =
      'mount -t tmpfs -o size=8m none "$AT" && exec "$NODE" --input-type=module-typescript -e "$SCRIPT"';
    const run = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', shell], {
      env: { ...process.env, AT: path, NODE: process.execPath, SCRIPT: script },
      encoding: 'utf8',
    });
    await drop(path);
    if (run.error || /unshare|mount:/.test(run.stderr)) {
      return t.skip(`cannot mount a small file system: ${run.error?.message ?? run.stderr.trim()}`);
    }
    assert.equal(run.stderr, '');
    assert.deepEqual(JSON.parse(run.stdout), [['stored', 'Unavailable full', 'stored'], 2]);
  });
});
