/** Owns the core of unit tests: the memory engines, a clock that stands still until told, and an actor. */
import { systemRandom } from '../../src/base/clock.ts';
import type { UserActor } from '../../src/core/actor.ts';
import type { Core, CoreSettings } from '../../src/core/core.ts';
import { createMasterKey } from '../../src/core/identity/master-key.ts';
import type { BucketName, ObjectKey, ProjectId, UserId } from '../../src/core/model/names.ts';
import { defaultNameLimits, parseBucketName, parseObjectKey } from '../../src/core/model/names.ts';
import type { ObjectAttributes } from '../../src/core/model/records.ts';
import { openMemoryBlobs } from '../../src/engines/blob/memory/blob-store.ts';
import { openMemory } from '../../src/engines/meta/memory/meta-store.ts';

export interface MemoryCore extends Core {
  /** Moves the clock forward, in milliseconds. */
  readonly advance: (milliseconds: number) => void;
}

export async function memoryCore(settings: Partial<CoreSettings> = {}): Promise<MemoryCore> {
  let now = Date.UTC(2026, 10, 21, 3, 12, 14);
  const clock = () => now;
  return {
    meta: await openMemory(),
    blobs: openMemoryBlobs({ clock }),
    clock,
    random: systemRandom,
    masterKey: createMasterKey(Buffer.alloc(32, 7)),
    settings: {
      names: defaultNameLimits,
      region: 'kr-central-2',
      inlineBytes: 16,
      tokenTtl: 43_200,
      maxUploadBytes: 1 << 30,
      minPartBytes: 0,
      collectGrace: 60_000,
      ...settings,
    },
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
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
