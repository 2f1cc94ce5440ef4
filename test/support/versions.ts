/** Owns objects with versions for unit tests of the core: one bucket, and short words for what is done in it. */
import { collect as collectBytes } from '../../src/base/streams/collect.ts';
import { createBucket } from '../../src/core/buckets/create.ts';
import { putVersioning } from '../../src/core/buckets/versioning.ts';
import type { Versioning } from '../../src/core/model/bucket-records.ts';
import type { VersionId } from '../../src/core/model/names.ts';
import { deleteObject } from '../../src/core/objects/delete.ts';
import { readObject } from '../../src/core/objects/get.ts';
import { putObject } from '../../src/core/objects/put.ts';
import { type ListedVersion, type ListVersionsInput, listVersions } from '../../src/core/versions/list.ts';
import type { MetaStore } from '../../src/engines/meta/meta-store.ts';
import {
  bodyOf,
  bucketName,
  type MemoryCore,
  memoryCore,
  noSignal,
  objectKeyOf,
  plainAttributes,
  testActor,
  testProject,
} from './memory-core.ts';

export const bucket = bucketName('versions');

/** Puts an object; answers what is told of it. */
export async function put(core: MemoryCore, name: string, text: string) {
  return putObject(core, testActor, {
    bucket,
    key: objectKeyOf(name),
    attributes: plainAttributes,
    conditions: {},
    body: bodyOf(text),
    expected: [],
    signal: noSignal,
  });
}

export const remove = (core: MemoryCore, name: string, version?: string, markAbsent = true) =>
  deleteObject(core, { bucket, key: objectKeyOf(name), version: version as VersionId, markAbsent });

/** The bytes of the current object, or of one version. */
export async function textOf(core: MemoryCore, name: string, version?: string): Promise<string> {
  const { info, open } = await readObject(core, {
    bucket,
    key: objectKeyOf(name),
    version: version as VersionId,
    conditions: {},
  });
  const opened = open({ start: 0, end: info.size });
  const bytes = opened instanceof Uint8Array ? Buffer.from(opened) : await collectBytes(opened, 1e6);
  return bytes.toString();
}

/** Every page of a listing. */
export async function listAll(
  core: MemoryCore,
  wanted: Partial<ListVersionsInput> = {},
): Promise<ListedVersion[]> {
  const found: ListedVersion[] = [];
  let next: { key: string; version?: VersionId } | undefined;
  do {
    const page = await listVersions(core, {
      bucket,
      prefix: '',
      delimiter: '',
      limit: 1000,
      ...wanted,
      ...(next !== undefined && {
        afterKey: next.key,
        ...(next.version !== undefined && { afterVersion: next.version }),
      }),
    });
    for (const entry of page.entries) if (entry.kind === 'version') found.push(entry);
    next = page.next;
  } while (next !== undefined);
  return found;
}

/** A core with `bucket` in it. `meta`: an empty store; one in memory when absent. */
export async function versioned(
  state: Versioning | 'off' = 'enabled',
  meta?: MetaStore,
): Promise<MemoryCore> {
  const core = await memoryCore({}, [testProject], meta);
  await createBucket(core, testActor, { name: bucket });
  if (state !== 'off') await putVersioning(core, testActor, { bucket, versioning: state });
  return core;
}
