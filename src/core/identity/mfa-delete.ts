/**
 * Owns an account's wish that whoever deletes its buckets and access keys shows a one-time password first (Krutrim's `otp`). Refuses to know
 * which calls delete: each asks here.
 */
import type { UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { committing } from '../model/draft.ts';
import type { ProjectId } from '../model/names.ts';
import { projectFormat } from './codecs.ts';
import { useOneTimePassword } from './one-time-passwords.ts';
import { openProject } from './open-project.ts';
import type { ProjectRecord } from './records.ts';
import { unchanged } from './stored.ts';

export interface MfaDeleteWish {
  readonly project: ProjectId;
  readonly enabled: boolean;
  readonly otp: string | undefined;
}

/**
 * Turned on and off with a code alone: so whoever turns it on can also delete, and a stolen token cannot turn it off.
 * @throws CoreError NoSuchProject, InvalidArgument for a wrong code, Busy
 */
export async function setMfaDelete(
  core: Core,
  actor: UserActor,
  { project, enabled, otp }: MfaDeleteWish,
): Promise<ProjectRecord> {
  await openProject(core, project);
  await useOneTimePassword(core, actor.userId, otp);
  return committing('project', async () => {
    const stored = await openProject(core, project);
    const record = { ...stored.record, mfaDelete: enabled, modifiedAt: core.clock() };
    await core.meta.commit({
      checks: [unchanged(stored.key, stored)],
      puts: [[stored.key, projectFormat.encode(record)]],
    });
    return record;
  });
}

/**
 * Asked right before something of `project` is deleted; a code is spent also when the deletion then fails.
 * @throws CoreError InvalidArgument when a code is needed and is wrong, used or missing, NoSuchProject, Busy
 */
export async function authorizeDeletion(
  core: Core,
  actor: UserActor,
  project: ProjectId,
  otp: string | undefined,
): Promise<void> {
  const { record } = await openProject(core, project);
  if (record.mfaDelete === true) await useOneTimePassword(core, actor.userId, otp);
}
