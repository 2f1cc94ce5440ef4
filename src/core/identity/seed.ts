/**
 * Declared identities and buckets, brought about: what is missing is made with the given ids, keys and secrets, what differs
 * is changed to what the declaration says, nothing is deleted. Doing it again changes nothing. Refuses to read files.
 */

import { Conflict } from '../../engines/errors.ts';
import type { UserActor } from '../actor.ts';
import { createBucket } from '../buckets/create.ts';
import { setBucketEncryption } from '../buckets/encryption.ts';
import type { Core } from '../core.ts';
import { isCoreError } from '../errors.ts';
import { type ProjectId, parseBucketName, type UserId } from '../model/names.ts';
import { defaultDomain, domainCreation, findDomain, inDefaultDomain } from './domains.ts';
import { createIamKey, findIamKey, findIamKeyByName, setIamSecret } from './iam-keys.ts';
import { findMembership, setRoles } from './memberships.ts';
import { verifyPassword } from './passwords.ts';
import { createProject, findProject } from './projects.ts';
import type { ProjectRecord, UserRecord } from './records.ts';
import { createS3Key, findS3Key, setS3Secret } from './s3-keys.ts';
import { applyGroup } from './seed-groups.ts';
import {
  type Applied,
  applyRoles,
  projectOf,
  type Seed,
  type SeedBucket,
  SeedError,
  type SeedProject,
  type SeedUser,
  userNamed,
} from './seed-parts.ts';
import { createUser, findUser, setPassword, updateUser } from './users.ts';

export { type Seed, type SeedBucket, SeedError, type SeedUser } from './seed-parts.ts';

const attempts = 5;

/** Several processes may do this at once. @throws SeedError */
export async function applySeed(core: Core, seed: Seed): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await applyOnce(core, seed);
      return;
    } catch (error) {
      // What is truly taken is found before it is made; this is another process doing the same.
      if (!isCoreError(error, 'Duplicate') || attempt === attempts) throw error;
    }
  }
}

async function applyOnce(core: Core, seed: Seed): Promise<void> {
  await applyDomain(core);
  const projects = new Map<string, ProjectRecord>();
  for (const [i, project] of seed.projects.entries()) {
    const record = await at(`projects[${i}]`, () => applyProject(core, `projects[${i}]`, project));
    projects.set(project.name, record);
  }
  const users = await Promise.all(
    seed.users.map((user, i) => at(`users[${i}]`, () => applyUser(core, `users[${i}]`, user, projects))),
  );
  for (const [i, group] of seed.groups.entries()) {
    await at(`groups[${i}]`, () => applyGroup(core, `groups[${i}]`, group, { projects, users }));
  }
  // Behind the groups, as a key is for a project that its user is in by any way.
  await Promise.all(seed.users.map((user, i) => applyKeys(core, `users[${i}]`, user, { projects, users })));
  for (const [i, bucket] of seed.buckets.entries()) {
    await at(`buckets[${i}]`, () => applyBucket(core, bucket, projects, users));
  }
}

/** Names the place of what core refuses. */
async function at<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (isCoreError(error, 'InvalidArgument')) {
      throw new SeedError(`${path}: ${error.details.what} ${error.details.reason}`);
    }
    if (isCoreError(error, 'InvalidBucketName')) {
      throw new SeedError(`${path}.name: ${JSON.stringify(error.details.bucket)} ${error.details.reason}`);
    }
    if (isCoreError(error, 'BucketExists')) {
      throw new SeedError(`${path}.name: ${JSON.stringify(error.details.bucket)} exists in another project`);
    }
    if (isCoreError(error, 'LimitExceeded')) {
      throw new SeedError(`${path}: at most ${error.details.limit} ${error.details.what} for one project`);
    }
    throw error;
  }
}

async function applyDomain(core: Core): Promise<void> {
  if ((await findDomain(core, inDefaultDomain)) !== undefined) return;
  try {
    await core.meta.commit(domainCreation(defaultDomain));
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
}

async function applyProject(core: Core, path: string, wanted: SeedProject): Promise<ProjectRecord> {
  const byName = await findProject(core, { name: wanted.name, domain: inDefaultDomain });
  const found = wanted.id === undefined ? byName : await findProject(core, { id: wanted.id });
  if (found === undefined && byName !== undefined) {
    throw new SeedError(`${path}.name: ${JSON.stringify(wanted.name)} is the name of project ${byName.id}`);
  }
  if (found === undefined) return createProject(core, wanted);
  if (found.name !== wanted.name) {
    throw new SeedError(`${path}.id: project ${found.id} has the name ${JSON.stringify(found.name)}`);
  }
  return found;
}

async function applyUser(
  core: Core,
  path: string,
  wanted: SeedUser,
  projects: ReadonlyMap<string, ProjectRecord>,
): Promise<UserRecord> {
  const user = await userOf(core, path, wanted, projects);
  await applyRoles(wanted.roles, projects, {
    now: async (project) => (await findMembership(core, user.id, project))?.ownRoles ?? [],
    set: (project, roles) => setRoles(core, user.id, project, roles),
  });
  return user;
}

async function applyKeys(
  core: Core,
  path: string,
  wanted: SeedUser,
  { projects, users }: Applied,
): Promise<void> {
  const user = userNamed(users, wanted.name);
  for (const [i, key] of wanted.iamKeys.entries()) {
    const place = `${path}.iamKeys[${i}]`;
    await at(place, () => applyIamKey(core, place, user.id, projectOf(projects, key.project), key));
  }
  for (const [i, key] of wanted.s3Keys.entries()) {
    const place = `${path}.s3Keys[${i}]`;
    await at(place, () => applyS3Key(core, place, user.id, projectOf(projects, key.project), key));
  }
}

async function userOf(
  core: Core,
  path: string,
  wanted: SeedUser,
  projects: ReadonlyMap<string, ProjectRecord>,
): Promise<UserRecord> {
  const home = wanted.defaultProject === undefined ? undefined : projectOf(projects, wanted.defaultProject);
  const byName = await findUser(core, { name: wanted.name, domain: inDefaultDomain });
  const found = wanted.id === undefined ? byName : await findUser(core, { id: wanted.id });
  if (found === undefined && byName !== undefined) {
    throw new SeedError(`${path}.name: ${JSON.stringify(wanted.name)} is the name of user ${byName.id}`);
  }
  if (found === undefined) {
    return createUser(core, { ...wanted, ...(home === undefined ? {} : { defaultProjectId: home }) });
  }
  if (found.name !== wanted.name) {
    throw new SeedError(`${path}.id: user ${found.id} has the name ${JSON.stringify(found.name)}`);
  }
  const { password, displayName = found.displayName, serviceAdmin = found.serviceAdmin } = wanted;
  if (password !== undefined && !(await verifyPassword(core.masterKey, password, found.passwordHash))) {
    await setPassword(core, found.id, password);
  }
  const same =
    displayName === found.displayName &&
    serviceAdmin === found.serviceAdmin &&
    (home === undefined || home === found.defaultProjectId);
  if (same) return found;
  const moving = home === undefined ? {} : { defaultProjectId: home };
  return updateUser(core, found.id, { displayName, serviceAdmin, ...moving });
}

async function applyIamKey(
  core: Core,
  path: string,
  userId: UserId,
  projectId: ProjectId,
  wanted: SeedUser['iamKeys'][number],
): Promise<void> {
  const { id, name, secret } = wanted;
  const byName = await findIamKeyByName(core, userId, name);
  const found = id === undefined ? byName : await findIamKey(core, id);
  if (found === undefined && byName !== undefined) {
    throw new SeedError(`${path}.name: the user has a key ${byName.id} of this name`);
  }
  if (found === undefined) {
    await createIamKey(core, { userId, projectId, name, secret, ...(id === undefined ? {} : { id }) });
    return;
  }
  if (found.userId !== userId || found.projectId !== projectId) {
    throw new SeedError(`${path}.id: the key exists for another user or project`);
  }
  await setIamSecret(core, userId, found.id, secret);
}

async function applyS3Key(
  core: Core,
  path: string,
  userId: UserId,
  projectId: ProjectId,
  { access, secret }: SeedUser['s3Keys'][number],
): Promise<void> {
  const found = await findS3Key(core, access);
  if (found === undefined) {
    await createS3Key(core, { userId, projectId, access, secret });
    return;
  }
  if (found.userId !== userId || found.projectId !== projectId) {
    throw new SeedError(`${path}.access: the key exists for another user or project`);
  }
  await setS3Secret(core, userId, access, secret);
}

async function applyBucket(
  core: Core,
  wanted: SeedBucket,
  projects: ReadonlyMap<string, ProjectRecord>,
  users: readonly UserRecord[],
): Promise<void> {
  const owner = userNamed(users, wanted.owner);
  const projectId = projectOf(projects, wanted.project);
  const actor: UserActor = {
    kind: 'user',
    userId: owner.id,
    userName: owner.name,
    displayName: owner.displayName,
    userKind: owner.kind,
    domainId: owner.domainId,
    serviceAdmin: owner.serviceAdmin,
    projectId,
    roles: [],
    groups: [],
    proof: { kind: 'cli', id: 'seed' },
    address: '',
  };
  const name = parseBucketName(wanted.name, core.settings.names);
  const { useEncryption } = wanted;
  try {
    await createBucket(core, actor, { name, ...(useEncryption === true && { encrypted: true }) });
  } catch (error) {
    if (!isCoreError(error, 'BucketExists') || !error.details.sameProject) throw error;
    if (useEncryption !== undefined) await setBucketEncryption(core, name, useEncryption);
  }
}
