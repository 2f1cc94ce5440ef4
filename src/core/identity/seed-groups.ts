/** The groups of a seed: made, described, filled and given their roles. Nobody is put out of one. */
import type { Core } from '../core.ts';
import { groupRolesIn, setGroupRoles } from './group-roles.ts';
import { addToGroup, createGroup, findGroup, findGroupByName, updateGroup } from './groups.ts';
import type { GroupRecord } from './records.ts';
import { type Applied, applyRoles, SeedError, type SeedGroup, userNamed } from './seed-parts.ts';

/** The members named are taken in; others stay. */
export async function applyGroup(
  core: Core,
  path: string,
  wanted: SeedGroup,
  { projects, users }: Applied,
): Promise<void> {
  const { id } = await groupOf(core, path, wanted);
  await applyRoles(wanted.roles, projects, {
    now: (project) => groupRolesIn(core, id, project),
    set: (project, roles) => setGroupRoles(core, id, project, roles),
  });
  for (const name of wanted.members) await addToGroup(core, id, userNamed(users, name).id);
}

async function groupOf(core: Core, path: string, wanted: SeedGroup): Promise<GroupRecord> {
  const { id, name, description } = wanted;
  const byName = await findGroupByName(core, name);
  const found = id === undefined ? byName : await findGroup(core, id);
  if (found === undefined && byName !== undefined) {
    throw new SeedError(`${path}.name: ${JSON.stringify(name)} is the name of group ${byName.id}`);
  }
  if (found === undefined) return createGroup(core, wanted);
  if (found.name !== name) {
    throw new SeedError(`${path}.id: group ${found.id} has the name ${JSON.stringify(found.name)}`);
  }
  if (description === undefined || description === found.description) return found;
  return updateGroup(core, found.id, { description });
}
