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
import type { ProjectRecord, ProjectRole, UserRecord } from '../model/records.ts';
import { defaultDomain, domainCreation, findDomain, inDefaultDomain } from './domains.ts';
import { createIamKey, findIamKey, findIamKeyByName, setIamSecret } from './iam-keys.ts';
import { findMembership, setRoles } from './memberships.ts';
import { verifyPassword } from './passwords.ts';
import { createProject, findProject } from './projects.ts';
import { createS3Key, findS3Key, setS3Secret } from './s3-keys.ts';
import { createUser, findUser, setPassword, updateUser } from './users.ts';

export interface SeedProject {
  readonly id?: ProjectId;
  readonly name: string;
  readonly description?: string;
  readonly accountNumber?: string;
}

/** `project` is the name of a project of the same seed, here and below. */
export interface SeedUser {
  readonly id?: UserId;
  readonly kind?: UserRecord['kind'];
  readonly name: string;
  readonly displayName?: string;
  readonly password?: string;
  readonly serviceAdmin?: boolean;
  readonly roles: readonly { readonly project: string; readonly role: ProjectRole }[];
  readonly iamKeys: readonly {
    readonly id?: string;
    readonly name: string;
    readonly secret: string;
    readonly project: string;
  }[];
  readonly s3Keys: readonly { readonly access: string; readonly secret: string; readonly project: string }[];
}

export interface SeedBucket {
  readonly name: string;
  readonly project: string;
  /** The name of a user of the same seed. */
  readonly owner: string;
  /** Whether everything written to it is encrypted; as it is when absent. */
  readonly useEncryption?: boolean;
}

export interface Seed {
  readonly projects: readonly SeedProject[];
  readonly users: readonly SeedUser[];
  readonly buckets: readonly SeedBucket[];
}

/** A seed cannot be brought about; the message is one line that begins with the place in it, e.g. `users[0].name: ...`. */
export class SeedError extends Error {}

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
  const user = await userOf(core, path, wanted);
  await applyRoles(core, user.id, wanted, projects);
  for (const [i, key] of wanted.iamKeys.entries()) {
    const place = `${path}.iamKeys[${i}]`;
    await at(place, () => applyIamKey(core, place, user.id, projectOf(projects, key.project), key));
  }
  for (const [i, key] of wanted.s3Keys.entries()) {
    const place = `${path}.s3Keys[${i}]`;
    await at(place, () => applyS3Key(core, place, user.id, projectOf(projects, key.project), key));
  }
  return user;
}

/** The project of that name; a seed naming others is refused where it is parsed. */
function projectOf(projects: ReadonlyMap<string, ProjectRecord>, name: string): ProjectId {
  const project = projects.get(name);
  if (project === undefined) throw new SeedError(`unknown project ${JSON.stringify(name)}`);
  return project.id;
}

async function userOf(core: Core, path: string, wanted: SeedUser): Promise<UserRecord> {
  const byName = await findUser(core, { name: wanted.name, domain: inDefaultDomain });
  const found = wanted.id === undefined ? byName : await findUser(core, { id: wanted.id });
  if (found === undefined && byName !== undefined) {
    throw new SeedError(`${path}.name: ${JSON.stringify(wanted.name)} is the name of user ${byName.id}`);
  }
  if (found === undefined) return createUser(core, wanted);
  if (found.name !== wanted.name) {
    throw new SeedError(`${path}.id: user ${found.id} has the name ${JSON.stringify(found.name)}`);
  }
  const { password, displayName = found.displayName, serviceAdmin = found.serviceAdmin } = wanted;
  if (password !== undefined && !(await verifyPassword(core.masterKey, password, found.passwordHash))) {
    await setPassword(core, found.id, password);
  }
  if (displayName === found.displayName && serviceAdmin === found.serviceAdmin) return found;
  return updateUser(core, found.id, { displayName, serviceAdmin });
}

/** In each project named, exactly the roles named for it. */
async function applyRoles(
  core: Core,
  user: UserId,
  wanted: SeedUser,
  projects: ReadonlyMap<string, ProjectRecord>,
): Promise<void> {
  const byProject = Map.groupBy(wanted.roles, ({ project }) => project);
  for (const [name, entries] of byProject) {
    const project = projectOf(projects, name);
    const roles = new Set(entries.map(({ role }) => role));
    const now = (await findMembership(core, user, project))?.ownRoles ?? [];
    const same = roles.size === now.length && now.every((role) => roles.has(role));
    if (!same) await setRoles(core, user, project, [...roles]);
  }
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
  const owner = users.find(({ name }) => name === wanted.owner);
  if (owner === undefined) throw new SeedError(`unknown user ${JSON.stringify(wanted.owner)}`);
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
