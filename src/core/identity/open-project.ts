/** Owns finding the record of a project that must be there, for whoever changes it. */
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { ProjectId } from '../model/names.ts';
import { projectFormat } from './codecs.ts';
import { projectKey } from './keys.ts';
import type { ProjectRecord } from './records.ts';
import { readStored, type Stored } from './stored.ts';

/** @throws CoreError NoSuchProject */
export async function openProject(core: Core, id: ProjectId): Promise<Stored<ProjectRecord>> {
  const stored = await readStored(core.meta, projectFormat, projectKey(id));
  if (stored === undefined) throw new CoreError('NoSuchProject', { project: id });
  return stored;
}
