// What a move or rename costs the engines, whatever the size of the object: no byte of it is touched, and its one commit does not grow.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { positionAt } from '../../src/core/trail/event.ts';
import { freshKey } from '../../src/core/trail/keys.ts';
import { type FaultyServer, startFaultyServer } from '../support/faulty-server.ts';
import { type KosAnswer, makeKosBucket } from '../support/kos.ts';
import { kosObjects } from '../support/kos-objects.ts';
import { assemble } from '../support/parts-by-copy.ts';
import { rawS3 } from '../support/s3.ts';
import { alice } from '../support/seed.ts';

const gibibyte = 1024 ** 3;
/** A thousand of it are 5 GiB. */
const partBytes = Math.ceil((5 * gibibyte) / 1000);
/** In the record, so that no blob holds them. */
const inlineBytes = 1024;
/** Bytes by which the records of two objects may differ: digits of sizes and numbers of parts, what they refer to. */
const tolerated = 64;

const bucket = 'cost-of-moves';
/** What the key of an event's record begins with. */
const eventTag = freshKey(positionAt(0))[0];

let server: FaultyServer;
/** Bytes of each object, by name. */
let sizes: Readonly<Record<string, number>>;
before(async () => {
  server = await startFaultyServer();
  await makeKosBucket(server, bucket);
  sizes = await fill();
});
after(() => server.stop());

interface Cost {
  readonly blobCalls: number;
  readonly commits: number;
  /** Keys that the commit writes, deletes or adds to. */
  readonly keys: number;
  readonly bytesWritten: number;
  readonly keysRead: number;
  readonly bytesRead: number;
}

/** What the engines are asked for while `work` runs. */
async function costOf(work: () => Promise<void>): Promise<Cost> {
  const { meta, blobs } = server;
  const cost = { blobCalls: 0, commits: 0, keys: 0, bytesWritten: 0, keysRead: 0, bytesRead: 0 };
  const { get, range, commit } = meta;
  const { read, write, delete: remove } = blobs;
  const counted = <T extends { readonly value: Uint8Array } | undefined>(entries: T[]): T[] => {
    cost.keysRead += entries.length;
    for (const entry of entries) cost.bytesRead += entry?.value.length ?? 0;
    return entries;
  };
  meta.get = async (keys) => counted(await get.call(meta, keys));
  meta.range = async (wanted) => counted(await range.call(meta, wanted));
  meta.commit = async (changes) => {
    const { puts = [], deletes = [], adds = [] } = changes;
    // What was called before is recorded in its own time.
    if (puts.length > 0 && puts.every(([key]) => key[0] === eventTag)) return commit.call(meta, changes);
    cost.commits += 1;
    cost.keys += puts.length + deletes.length + adds.length;
    for (const [key, value] of puts) cost.bytesWritten += key.length + value.length;
    for (const key of deletes) cost.bytesWritten += key.length;
    for (const [key] of adds) cost.bytesWritten += key.length + 8;
    await commit.call(meta, changes);
  };
  blobs.read = (id, wanted) => {
    cost.blobCalls += 1;
    return read.call(blobs, id, wanted);
  };
  blobs.write = (source, signal) => {
    cost.blobCalls += 1;
    return write.call(blobs, source, signal);
  };
  blobs.delete = (id) => {
    cost.blobCalls += 1;
    return remove.call(blobs, id);
  };
  try {
    await work();
  } finally {
    Object.assign(meta, { get, range, commit });
    Object.assign(blobs, { read, write, delete: remove });
  }
  return cost;
}

/** Puts objects of all kinds into the bucket, under names of one length; answers their sizes. */
async function fill(): Promise<Readonly<Record<string, number>>> {
  const put = async (name: string, body: Buffer) => {
    const { status, text } = await rawS3(server, {
      method: 'PUT',
      target: `/${bucket}/${name}`,
      body,
      user: alice,
    });
    assert.equal(status, 200, text);
  };
  const base = Buffer.alloc(partBytes, 'a part of an object ');
  await put('base1', base);
  await put('blob1', base.subarray(0, 20_000));
  await put('inner', base.subarray(0, inlineBytes));
  const md5 = createHash('md5').update(base).digest('hex');
  const builder = { server, user: alice };
  const parts = { source: `/${bucket}/base1`, md5 };
  await assemble(builder, `/${bucket}/parts`, { ...parts, count: 32 });
  await assemble(builder, `/${bucket}/large`, { ...parts, count: 1000 });
  return { inner: inlineBytes, blob1: 20_000, parts: 32 * partBytes, large: 1000 * partBytes };
}

for (const state of ['off', 'Enabled', 'Suspended']) {
  test(`5 GiB of a thousand parts cost what a small object costs, versioning ${state}`, async () => {
    if (state !== 'off') {
      const body = `<VersioningConfiguration><Status>${state}</Status></VersioningConfiguration>`;
      const target = `/${bucket}?versioning`;
      assert.equal((await rawS3(server, { method: 'PUT', target, body, user: alice })).status, 200);
    }
    const objects = kosObjects(server, bucket);
    const steps: Readonly<Record<string, (name: string) => Promise<KosAnswer>>> = {
      move: (name) => objects.move({ sourceKey: name, destinationKey: `to/${name}` }),
      rename: (name) => objects.rename({ oldKey: `to/${name}`, newKey: name }),
    };
    // What is remembered of the caller is remembered from here on.
    assert.equal((await objects.metadata({ objectkey: 'blob1' })).status, 200);
    for (const [step, run] of Object.entries(steps)) {
      const costs = new Map<string, Cost>();
      for (const name of Object.keys(sizes)) {
        const doing = async () => assert.equal((await run(name)).status, 200);
        costs.set(name, await costOf(doing));
      }
      const small = costs.get('blob1');
      assert.ok(small !== undefined);
      assert.ok(small.keys > 0);
      for (const [name, cost] of costs) {
        const what: string = `${step} of ${name}: ${JSON.stringify(cost)} beside ${JSON.stringify(small)}`;
        // An inline object is in its record: that is read for each right and for the move, and may be kept as a version beside the new one.
        const own = name === 'inner' ? inlineBytes : 0;
        assert.deepEqual([cost.blobCalls, cost.commits], [0, 1], what);
        assert.ok(cost.keys <= small.keys && cost.keysRead === small.keysRead, what);
        assert.ok(cost.bytesWritten - small.bytesWritten < 2 * own + tolerated, what);
        assert.ok(cost.bytesRead - small.bytesRead < 4 * own + tolerated, what);
      }
    }
    for (const [name, size] of Object.entries(sizes)) {
      const target = `/${bucket}/${name}`;
      const { status, headers } = await rawS3(server, { method: 'HEAD', target, user: alice });
      assert.deepEqual([status, headers['content-length']], [200, String(size)]);
    }
  });
}
