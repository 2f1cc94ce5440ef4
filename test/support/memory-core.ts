/** Owns the core of unit tests: the memory engines with projects in them, a clock that stands still until told, and an actor. */
import { systemRandom } from '../../src/base/clock.ts';
import type { UserActor } from '../../src/core/actor.ts';
import type { Core } from '../../src/core/core.ts';
import type { CoreSettings } from '../../src/core/core-parts.ts';
import { createMasterKey } from '../../src/core/identity/master-key.ts';
import { newProjectRecord, projectCreation } from '../../src/core/identity/projects.ts';
import {
  type BucketName,
  defaultNameLimits,
  type ObjectKey,
  type ProjectId,
  parseBucketName,
  parseObjectKey,
  type UserId,
} from '../../src/core/model/names.ts';
import type { ObjectAttributes } from '../../src/core/model/object-records.ts';
import { openMemoryBlobs } from '../../src/engines/blob/memory/blob-store.ts';
import { openMemory } from '../../src/engines/meta/memory/meta-store.ts';
import type { Commit, MetaStore } from '../../src/engines/meta/meta-store.ts';

export interface MemoryCore extends Core {
  /** Moves the clock forward, in milliseconds. */
  readonly advance: (milliseconds: number) => void;
}

/** `projects`: those that are there to have buckets. `meta`: an empty store; one in memory when absent. */
export async function memoryCore(
  settings: Partial<CoreSettings> = {},
  projects: readonly ProjectId[] = [testProject],
  meta?: MetaStore,
): Promise<MemoryCore> {
  let now = Date.UTC(2026, 10, 21, 3, 12, 14);
  const clock = () => now;
  const core: MemoryCore = {
    meta: meta ?? (await openMemory()),
    blobs: openMemoryBlobs({ clock }),
    clock,
    random: systemRandom,
    masterKey: createMasterKey(Buffer.alloc(32, 7)),
    settings: {
      names: defaultNameLimits,
      region: 'kr-central-2',
      regions: ['kr-central-2'],
      inlineBytes: 16,
      tokenTtl: 43_200,
      sessionTtl: 3600,
      maxUploadBytes: 1 << 30,
      minPartBytes: 0,
      collectGrace: 60_000,
      lifecycleDay: 86_400_000,
      trailHour: 3_600_000,
      ...settings,
    },
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
  for (const id of projects)
    await core.meta.commit(projectCreation(newProjectRecord(core, { id, name: id })));
  return core;
}

export const testProject = '0bc7a4c4a8fb4fee98dcf1936d8ed8eb' as ProjectId;

export const testActor: UserActor = {
  kind: 'user',
  userId: 'f61e7df2a1d349e7b35d62ef9c615853' as UserId,
  userName: 'alice@example.com',
  displayName: 'Alice',
  userKind: 'user',
  domainId: 'default',
  serviceAdmin: false,
  projectId: testProject,
  roles: ['project-admin'],
  groups: [],
  proof: { kind: 'cli', id: 'test' },
  address: '127.0.0.1',
};

export function bucketName(raw: string): BucketName {
  return parseBucketName(raw, defaultNameLimits);
}

export function objectKeyOf(raw: string): ObjectKey {
  return parseObjectKey(raw, defaultNameLimits);
}

export const plainAttributes: ObjectAttributes = {
  contentType: 'application/octet-stream',
  headers: {},
  metadata: {},
};

/** `text` as a body of chunks of at most `chunk` bytes. */
export async function* bodyOf(text: string | Uint8Array, chunk = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
}

export const noSignal: AbortSignal = new AbortController().signal;

/** Runs `action` right before the next commit that `when` picks is carried out: what another process might do at the worst moment. */
export function beforeCommit(
  core: Core,
  when: (commit: Commit) => boolean,
  action: () => Promise<unknown>,
): void {
  const { commit } = core.meta;
  core.meta.commit = async (changes) => {
    if (when(changes)) {
      core.meta.commit = commit;
      await action();
    }
    await commit.call(core.meta, changes);
  };
}

/** Runs `action` right after the next read of a range or of single keys, whose reader is about to read more. */
export function afterRead({ meta }: Core, action: () => Promise<unknown>): void {
  const { get, range } = meta;
  const once = async <T>(answer: Promise<T>): Promise<T> => {
    meta.get = get;
    meta.range = range;
    const read = await answer;
    await action();
    return read;
  };
  meta.get = (keys) => once(get.call(meta, keys));
  meta.range = (wanted) => once(range.call(meta, wanted));
}

/**
 * Lets every call of the engines take a while, each another one, so that concurrent use cases meet in all orders. Answers what makes them
 * as fast as before.
 */
export function makeSlow(core: Core, seed: number): () => void {
  let state = seed;
  const wait = async () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    for (let turns = state >>> 29; turns > 0; turns -= 1)
      await new Promise((resolve) => setImmediate(resolve));
  };
  const { meta, blobs } = core;
  const { get, range, commit } = meta;
  const { write, delete: remove } = blobs;
  meta.get = async (keys) => {
    await wait();
    return get.call(meta, keys);
  };
  meta.range = async (wanted) => {
    await wait();
    return range.call(meta, wanted);
  };
  meta.commit = async (changes) => {
    await wait();
    await commit.call(meta, changes);
    await wait();
  };
  blobs.write = async (source, signal) => {
    const written = await write.call(blobs, source, signal);
    await wait();
    return written;
  };
  blobs.delete = async (id) => {
    await wait();
    await remove.call(blobs, id);
    await wait();
  };
  return () => {
    Object.assign(meta, { get, range, commit });
    Object.assign(blobs, { write, delete: remove });
  };
}
