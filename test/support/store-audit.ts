/**
 * Owns the accounts of a store: counts every reference and every object by looking at all records, and compares with the counters
 * and the blobs that are there. What differs is a leak or a loss.
 */
import assert from 'node:assert/strict';
import { hex } from '../../src/base/bytes.ts';
import type { Core } from '../../src/core/core.ts';
import {
  bucketFormat,
  headFormat,
  manifestChunkFormat,
  objectFormat,
  partFormat,
  versionFormat,
} from '../../src/core/model/codecs.ts';
import {
  blobReferencesKey,
  bucketBytesKey,
  bucketObjectsKey,
  deletionKey,
  manifestReferencesKey,
  projectBucketsKey,
  projectBytesKey,
  projectObjectsKey,
  spanOf,
  taggedKey,
  tags,
  versionSequence,
} from '../../src/core/model/keys.ts';
import type { ObjectKey, ProjectId } from '../../src/core/model/names.ts';
import type { Behind, ObjectData } from '../../src/core/model/object-records.ts';
import { ownData, ownSize } from '../../src/core/model/own-data.ts';
import { versionIdOf } from '../../src/core/versions/behind.ts';
import { sequenceOf } from '../../src/core/versions/ids.ts';
import { counterValue, type Entry, type Key } from '../../src/engines/meta/meta-store.ts';

class Counts extends Map<string, number> {
  add(name: string, amount = 1): void {
    this.set(name, (this.get(name) ?? 0) + amount);
  }
}

/** Asserts that every counter says what the records say. */
export async function auditCounters(core: Core): Promise<{ blobs: Counts; manifests: Counts }> {
  const { blobs, manifests } = await references(core);
  await assertCounters(core, blobs, blobReferencesKey, 'references of blob');
  await assertCounters(core, manifests, manifestReferencesKey, 'references of manifest');
  await auditUsage(core);
  await auditDeletions(core);
  await auditVersions(core);
  return { blobs, manifests };
}

/** Asserts that besides what is referred to nothing is left: for a store whose collector has nothing to do any more. */
export async function auditNothingLeft(core: Core): Promise<void> {
  const { blobs, manifests } = await auditCounters(core);
  const stored: string[] = [];
  for await (const { id } of core.blobs.enumerate()) stored.push(id);
  assert.deepEqual(stored.sort(), [...blobs.keys()].sort(), 'blobs stored and referred to');
  const chunks = await all(core, tags.manifest);
  const kept = new Set(chunks.map(({ key }) => Buffer.from(key).toString('hex', 1, 17)));
  assert.deepEqual([...kept].sort(), [...manifests.keys()].sort(), 'manifests stored and referred to');
  const uploads = new Set(
    (await all(core, tags.upload)).map(({ key }) => Buffer.from(key).toString('hex').slice(-32)),
  );
  for (const { key } of await all(core, tags.part)) {
    assert.ok(uploads.has(Buffer.from(key).toString('hex', 1, 17)), 'a part without an upload');
  }
  const buckets = new Set((await all(core, tags.bucket)).map(({ value }) => bucketFormat.decode(value).id));
  for (const tag of [tags.object, tags.version, tags.versionHead, tags.upload]) {
    for (const { key } of await all(core, tag)) {
      assert.ok(buckets.has(Buffer.from(key).toString('hex', 1, 17)), 'something in a bucket that is gone');
    }
  }
  assert.deepEqual(await all(core, tags.queue), [], 'entries in the queue');
}

async function references(core: Core): Promise<{ blobs: Counts; manifests: Counts }> {
  const blobs = new Counts();
  const manifests = new Counts();
  const count = (data: ObjectData) => {
    const own = ownData(data);
    if (own.kind === 'manifest') manifests.add(own.manifest);
    else for (const segment of own.segments) if (segment.kind === 'blob') blobs.add(segment.blob);
  };
  for (const { value } of await all(core, tags.object)) count(objectFormat.decode(value).data);
  for (const { value } of await all(core, tags.version)) {
    const { behind } = versionFormat.decode(value);
    if (behind.kind === 'object') count(behind.object.data);
  }
  for (const { value } of await all(core, tags.part)) {
    count({ kind: 'segments', segments: partFormat.decode(value).segments });
  }
  for (const { value } of await all(core, tags.manifest)) {
    for (const { segments } of manifestChunkFormat.decode(value).parts) count({ kind: 'segments', segments });
  }
  return { blobs, manifests };
}

/** Every object with a date of deletion has one note of it, and there are no other notes. */
async function auditDeletions(core: Core): Promise<void> {
  const notes = (await all(core, tags.deletion)).map(({ key }) => hex(key));
  const expected: string[] = [];
  for (const { key, value } of await all(core, tags.object)) {
    const { deleteAt } = objectFormat.decode(value);
    if (deleteAt === undefined) continue;
    const bytes = Buffer.from(key);
    const name = bytes.toString('utf8', 17) as ObjectKey;
    expected.push(hex(deletionKey(deleteAt, bytes.toString('hex', 1, 17), name)));
  }
  assert.deepEqual(notes.sort(), expected.sort(), 'notes of dates of deletion');
}

/** Every key with something behind it has a head that says so, is in the order of sequences, and has a marker on top where it has no object. */
async function auditVersions(core: Core): Promise<void> {
  const behind = new Map<string, { sequence: number; record: Behind }[]>();
  for (const { key, value } of await all(core, tags.version)) {
    const name = hex(key).slice(2, -18);
    const record = versionFormat.decode(value).behind;
    behind.set(name, [...(behind.get(name) ?? []), { sequence: versionSequence(key), record }]);
  }
  const heads = new Map(
    (await all(core, tags.versionHead)).map(({ key, value }) => [
      hex(key).slice(2),
      headFormat.decode(value),
    ]),
  );
  const currents = new Map(
    (await all(core, tags.object)).map(({ key, value }) => [hex(key).slice(2), objectFormat.decode(value)]),
  );
  assert.deepEqual([...heads.keys()].sort(), [...behind.keys()].sort(), 'heads and what is behind');
  for (const [name, entries] of behind) {
    const head = heads.get(name);
    const current = currents.get(name);
    const [newest] = entries;
    assert.equal(head?.count, entries.length, 'number behind');
    assert.ok(newest && head && head.newest >= newest.sequence, 'newest behind');
    const nulls = entries.filter(({ record }) => versionIdOf(record) === 'null');
    assert.ok(nulls.length + (current?.versionId === 'null' ? 1 : 0) <= 1, 'one null version');
    assert.equal(head.nullAt, nulls[0]?.sequence, 'the null version behind');
    if (current === undefined)
      assert.equal(newest.record.kind, 'marker', 'a marker in the place of an object');
    else assert.ok(sequenceOf(current) > newest.sequence, 'the current object is the newest');
  }
}

async function auditUsage(core: Core): Promise<void> {
  const objects = new Counts();
  const bytes = new Counts();
  for (const { key, value } of await all(core, tags.object)) {
    const id = Buffer.from(key).toString('hex', 1, 17);
    objects.add(id);
    bytes.add(id, ownSize(objectFormat.decode(value)));
  }
  for (const { key, value } of await all(core, tags.version)) {
    const { behind } = versionFormat.decode(value);
    if (behind.kind === 'object') bytes.add(Buffer.from(key).toString('hex', 1, 17), ownSize(behind.object));
  }
  const projects = { buckets: new Counts(), objects: new Counts(), bytes: new Counts() };
  for (const { value } of await all(core, tags.bucket)) {
    const { id, projectId } = bucketFormat.decode(value);
    projects.buckets.add(projectId);
    projects.objects.add(projectId, objects.get(id) ?? 0);
    projects.bytes.add(projectId, bytes.get(id) ?? 0);
    assert.equal(await counter(core, bucketObjectsKey(id)), objects.get(id) ?? 0, 'objects of a bucket');
    assert.equal(await counter(core, bucketBytesKey(id)), bytes.get(id) ?? 0, 'bytes of a bucket');
  }
  const of = (key: (project: ProjectId) => Key) => (project: string) => key(project as ProjectId);
  await assertCounters(core, projects.buckets, of(projectBucketsKey), 'buckets of project');
  await assertCounters(core, projects.objects, of(projectObjectsKey), 'objects of project');
  await assertCounters(core, projects.bytes, of(projectBytesKey), 'bytes of project');
}

async function assertCounters(
  core: Core,
  counts: Counts,
  key: (name: string) => Key,
  what: string,
): Promise<void> {
  for (const [name, expected] of counts)
    assert.equal(await counter(core, key(name)), expected, `${what} ${name}`);
}

async function counter(core: Core, key: Key): Promise<number> {
  const [entry] = await core.meta.get([key]);
  return Number(counterValue(entry));
}

function all(core: Core, tag: number): Promise<Entry[]> {
  return core.meta.range({ ...spanOf(taggedKey(tag)), limit: 1_000_000 });
}
