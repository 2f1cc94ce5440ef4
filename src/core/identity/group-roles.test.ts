// Roles of groups in projects: whom they reach, what ends with the last way in, and that changes at once never leave them apart.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { type MemoryCore, memoryCore } from '../../../test/support/memory-core.ts';
import { SeededRandom } from '../../../test/support/seeded-random.ts';
import { projectRoles } from '../access/roles.ts';
import { type CoreErrorCode, isCoreError } from '../errors.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { id as idField, list, number, recordFormat, word } from '../model/record-format.ts';
import { actorOfToken, s3KeyOf } from './authenticate.ts';
import { membershipFormat } from './codecs.ts';
import {
  addGroupRole,
  groupRolesIn,
  listAllGroupRoles,
  listGroupRolesOf,
  listRolesOfGroup,
  removeGroupRole,
  setGroupRoles,
} from './group-roles.ts';
import { addToGroup, createGroup, deleteGroup, groupsOfUser, removeFromGroup } from './groups.ts';
import { createIamKey, listIamKeys } from './iam-keys.ts';
import { issueTokenByIamKey } from './issue-token.ts';
import {
  findMembership,
  listAllMemberships,
  listMembers,
  removeRole,
  rolesIn,
  setRoles,
} from './memberships.ts';
import { createProject, deleteProject } from './projects.ts';
import type { ProjectRecord, UserRecord } from './records.ts';
import { createS3Key, listS3Keys } from './s3-keys.ts';
import { createUser, deleteUser } from './users.ts';

let core: MemoryCore;
let user: UserRecord;
let demo: ProjectRecord;
let other: ProjectRecord;
let group: string;

beforeEach(async () => {
  core = await memoryCore({}, []);
  user = await createUser(core, { name: 'alice' });
  demo = await createProject(core, { name: 'demo' });
  other = await createProject(core, { name: 'other' });
  group = (await createGroup(core, { name: 'crew' })).id;
});

const failsWith = (code: CoreErrorCode) => (error: unknown) => isCoreError(error, code);
const rolesNow = (id: UserId = user.id, project = demo.id) => rolesIn(core, id, project);
const isIn = async (project: ProjectId) => (await findMembership(core, user.id, project)) !== undefined;

test('whoever is in the group, sooner or later, has its roles; each way ends by itself', async () => {
  await addToGroup(core, group, user.id);
  await addGroupRole(core, group, demo.id, 'project-reader');
  assert.deepEqual(await rolesNow(), ['project-reader']);
  const late = await createUser(core, { name: 'late' });
  await addToGroup(core, group, late.id);
  assert.deepEqual(await rolesNow(late.id), ['project-reader']);
  await addGroupRole(core, group, demo.id, 'object-storage-manager');
  await addGroupRole(core, group, demo.id, 'object-storage-manager');
  await setRoles(core, user.id, demo.id, ['project-member', 'project-reader']);
  assert.deepEqual(await rolesNow(), ['project-member', 'project-reader', 'object-storage-manager']);
  const since = (await findMembership(core, user.id, demo.id))?.createdAt;
  core.advance(1000);
  await removeGroupRole(core, group, demo.id, 'project-reader');
  await removeGroupRole(core, group, demo.id, 'object-storage-manager');
  assert.deepEqual(await rolesNow(), ['project-member', 'project-reader']);
  assert.deepEqual(await rolesNow(late.id), []);
  await addGroupRole(core, group, demo.id, 'none');
  for (const role of ['project-member', 'project-reader'] as const) {
    await removeRole(core, user.id, demo.id, role);
  }
  assert.deepEqual(await rolesNow(), ['none']);
  assert.equal((await findMembership(core, user.id, demo.id))?.createdAt, since);
  await assert.rejects(removeRole(core, user.id, demo.id, 'none'), failsWith('NoSuchRole'));
  await removeFromGroup(core, group, user.id);
  assert.equal(await isIn(demo.id), false);
});

test('keys live while there is any way in, and die with the last; tokens have no more than now', async () => {
  const second = (await createGroup(core, { name: 'second' })).id;
  for (const id of [group, second]) {
    await addToGroup(core, id, user.id);
    await addGroupRole(core, id, demo.id, 'project-member');
  }
  const pair = { userId: user.id, projectId: demo.id };
  const iam = await createIamKey(core, { ...pair, name: 'ci' });
  const s3 = await createS3Key(core, pair);
  const { token } = await issueTokenByIamKey(core, { key: { id: iam.key.id }, secret: iam.secret });
  const rolesOfProofs = async () => {
    const byToken = await actorOfToken(core, token, '').then(
      ({ roles }) => roles,
      () => undefined,
    );
    return [byToken, (await s3KeyOf(core, s3.key.access, ''))?.actor.roles];
  };
  assert.deepEqual(await rolesOfProofs(), [['project-member'], ['project-member']]);
  await setGroupRoles(core, second, demo.id, ['project-reader']);
  await deleteGroup(core, group);
  assert.deepEqual(await rolesOfProofs(), [['project-reader'], ['project-reader']]);
  await setGroupRoles(core, second, demo.id, ['project-admin']);
  assert.deepEqual(await rolesOfProofs(), [['project-member'], ['project-admin']]);
  await setGroupRoles(core, second, demo.id, []);
  assert.deepEqual(await rolesOfProofs(), [undefined, undefined]);
  // Coming back brings nothing back.
  await addGroupRole(core, second, demo.id, 'project-member');
  assert.deepEqual(await rolesOfProofs(), [undefined, undefined]);
  assert.deepEqual([await listIamKeys(core, user.id), await listS3Keys(core, user.id)], [[], []]);
});

test('unknown groups, projects and roles', async () => {
  const nobody = '0'.repeat(32);
  await assert.rejects(addGroupRole(core, nobody, demo.id, 'none'), failsWith('NoSuchGroup'));
  await assert.rejects(addGroupRole(core, 'crew', demo.id, 'none'), failsWith('NoSuchGroup'));
  await assert.rejects(addGroupRole(core, group, nobody as ProjectId, 'none'), failsWith('NoSuchProject'));
  await assert.rejects(removeGroupRole(core, group, demo.id, 'none'), failsWith('NoSuchRole'));
  assert.deepEqual(await groupRolesIn(core, 'crew', demo.id), []);
});

test('a project that goes takes the roles of groups along', async () => {
  await addToGroup(core, group, user.id);
  for (const { id } of [demo, other]) await addGroupRole(core, group, id, 'project-member');
  assert.equal((await listGroupRolesOf(core, demo.id)).length, 1);
  await deleteProject(core, demo.id);
  assert.deepEqual(
    (await listRolesOfGroup(core, group)).map(({ projectId }) => projectId),
    [other.id],
  );
  assert.deepEqual(await listGroupRolesOf(core, demo.id), []);
});

test('memberships written before groups had roles', () => {
  interface Before {
    readonly user: string;
    readonly project: string;
    readonly roles: readonly string[];
    readonly at: number;
  }
  const before = recordFormat<Before>('membership', 1, {
    user: idField,
    project: idField,
    roles: list(word<string>(...projectRoles)),
    at: number,
  });
  const value = before.encode({ user: user.id, project: demo.id, roles: ['none'], at: 7 });
  assert.deepEqual(membershipFormat.decode(value), {
    userId: user.id,
    projectId: demo.id,
    ownRoles: ['none'],
    createdAt: 7,
  });
});

/** What memberships say of groups must be what groups and their members say. */
async function assertTogether(users: readonly UserId[]): Promise<void> {
  const told = (await listAllMemberships(core)).flatMap(
    ({ userId, projectId, ownRoles, groupRoles = [] }) => {
      assert.ok(ownRoles.length + groupRoles.length > 0, 'a membership by no way');
      return groupRoles.map(({ group: id, roles }) => `${userId} ${projectId} ${id} ${roles.join()}`);
    },
  );
  const places = await listAllGroupRoles(core);
  const due = await Promise.all(
    users.map(async (id) => {
      const groups = (await groupsOfUser(core, id)).map((one) => one.id);
      return places
        .filter((place) => groups.includes(place.group))
        .map((place) => `${id} ${place.projectId} ${place.group} ${place.roles.join()}`);
    }),
  );
  assert.deepEqual(told.sort(), due.flat().sort());
}

test('changes of groups, roles, users and projects at once never come apart', async () => {
  const random = new SeededRandom(20261121);
  const pick = <T>(items: readonly T[]): T => random.pick(items);
  const users = [user.id];
  const groups = [group];
  const projects = [demo.id, other.id];
  for (let i = 0; i < 4; i += 1) {
    users.push((await createUser(core, { name: `u${i}` })).id);
    groups.push((await createGroup(core, { name: `g${i}` })).id);
    projects.push((await createProject(core, { name: `p${i}` })).id);
  }
  const acts: readonly (() => Promise<unknown>)[] = [
    () => addToGroup(core, pick(groups), pick(users)),
    () => addToGroup(core, pick(groups), pick(users)),
    () => removeFromGroup(core, pick(groups), pick(users)),
    () => addGroupRole(core, pick(groups), pick(projects), pick(projectRoles)),
    () => addGroupRole(core, pick(groups), pick(projects), pick(projectRoles)),
    () => setGroupRoles(core, pick(groups), pick(projects), []),
    () => setRoles(core, pick(users), pick(projects), ['none']),
    () => removeRole(core, pick(users), pick(projects), 'none'),
    () => createS3Key(core, { userId: pick(users), projectId: pick(projects) }),
  ];
  const rare: readonly (() => Promise<unknown>)[] = [
    () => deleteGroup(core, pick(groups)),
    () => deleteUser(core, pick(users)),
    () => deleteProject(core, pick(projects)),
  ];
  let done = 0;
  for (let round = 0; round < 60; round += 1) {
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 6 }, () => pick(acts)()),
      ...(round % 10 === 9 ? [pick(rare)()] : []),
    ]);
    done += outcomes.filter(({ status }) => status === 'fulfilled').length;
    await assertTogether(users);
    for (const id of users) {
      for (const key of await listS3Keys(core, id)) {
        assert.ok(await findMembership(core, id, key.projectId), 'a key without a membership');
      }
    }
  }
  assert.ok(done > 100, `only ${done} changes were made`);
  for (const project of projects) {
    for (const { userId } of await listMembers(core, project)) assert.ok(users.includes(userId));
  }
});
