/**
 * A bucket keeps somebody who administers it by a grant, as long as it has anybody: the last one is neither removed nor demoted. Grants to
 * who is gone, or has left the project, speak for nobody and do not count. The project's own administrators are none of these: nobody
 * can take their rights away (DESIGN 12), and whoever leaves the service does so whatever he is granted.
 */
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { groupKey, membershipKey, userKey } from '../identity/keys.ts';
import type { BucketRecord, Grant } from '../model/bucket-records.ts';
import type { Draft } from '../model/draft.ts';
import type { ProjectId, UserId } from '../model/names.ts';

type Granting = Pick<BucketRecord, 'name' | 'projectId' | 'grants'>;

/**
 * Has `draft` rely on somebody who stays, where the change takes an administrator away.
 * @throws CoreError LastAdmin when nobody stays
 */
export async function keepAnAdmin(
  core: Core,
  draft: Draft,
  before: Granting,
  after: Granting,
): Promise<void> {
  const [old, kept] = [before.grants.filter(administers), after.grants.filter(administers)];
  const goes = ({ id, member }: Grant) =>
    !kept.some((one) => one.id === id && one.member.type === member.type && one.member.id === member.id);
  if (!old.some(goes)) return;
  for (const grant of kept) if (await speaks(core, before.projectId, grant, draft)) return;
  for (const grant of old) {
    if (await speaks(core, before.projectId, grant))
      throw new CoreError('LastAdmin', { bucket: before.name });
  }
}

/** Everybody is no administrator, whatever everybody may. */
function administers({ role, member }: Grant): boolean {
  return (role === 'storage.owner' || role === 'storage.admin') && member.type !== 'all_users';
}

/** Whether a grant speaks for anybody; what tells so becomes a check of `draft`. */
async function speaks(core: Core, project: ProjectId, grant: Grant, draft?: Draft): Promise<boolean> {
  const key = groundOf(project, grant);
  if (key === undefined) return true;
  const [entry] = await core.meta.get([key]);
  if (entry === undefined) return false;
  draft?.check(key, entry.version);
  return true;
}

/** What must be there for a grant to speak; undefined for one that always does. */
function groundOf(project: ProjectId, { member: { type, id }, outsider }: Grant) {
  switch (type) {
    case 'user':
    case 'service_account':
      return outsider === true ? userKey(id as UserId) : membershipKey(id as UserId, project);
    case 'group':
      return groupKey(id);
    default:
      return undefined;
  }
}
