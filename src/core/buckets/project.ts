/** What a project holds in sum, and its account metadata. */
import { counterValue } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { projectFormat } from '../identity/codecs.ts';
import { projectKey } from '../identity/keys.ts';
import { committing, Draft } from '../model/draft.ts';
import { projectBucketsKey, projectBytesKey, projectObjectsKey } from '../model/keys.ts';
import type { ProjectId } from '../model/names.ts';
import type { Metadata } from '../model/object-records.ts';
import { sealTempUrlKeys } from './temp-url-keys.ts';

export interface ProjectUsage {
  readonly buckets: number;
  readonly objects: number;
  readonly bytes: number;
  readonly metadata: Metadata;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** @throws CoreError NoSuchProject */
export async function projectUsage(core: Core, project: ProjectId): Promise<ProjectUsage> {
  const [entry, ...counters] = await core.meta.get([
    projectKey(project),
    projectBucketsKey(project),
    projectObjectsKey(project),
    projectBytesKey(project),
  ]);
  if (entry === undefined) throw new CoreError('NoSuchProject', { project });
  const { metadata, createdAt } = projectFormat.decode(entry.value);
  const [buckets = 0, objects = 0, bytes = 0] = counters.map((counter) => Number(counterValue(counter)));
  return { buckets, objects, bytes, metadata, createdAt };
}

/** `change` answers the new metadata whole; it may run several times. @throws CoreError NoSuchProject, Busy */
export async function updateProjectMetadata(
  core: Core,
  project: ProjectId,
  change: (metadata: Metadata) => Metadata,
): Promise<void> {
  const key = projectKey(project);
  await committing('project', async () => {
    const [entry] = await core.meta.get([key]);
    if (entry === undefined) throw new CoreError('NoSuchProject', { project });
    const record = projectFormat.decode(entry.value);
    const changed = {
      ...record,
      metadata: sealTempUrlKeys(core, change(record.metadata)),
      modifiedAt: core.clock(),
    };
    await new Draft(core).check(key, entry.version).put(key, projectFormat.encode(changed)).commit();
  });
}
