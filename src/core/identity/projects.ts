/** Projects: created, found, listed, deleted. Who belongs to one is `memberships.ts`; its buckets are `../buckets/`. */
import { newId } from '../../base/clock.ts';
import { Conflict } from '../../engines/errors.ts';
import type { Commit } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import {
  projectBucketsKey,
  projectBucketsPrefix,
  projectBytesKey,
  projectObjectsKey,
  spanOf,
} from '../model/keys.ts';
import { type ProjectId, parseProjectId } from '../model/names.ts';
import { policyKeysOf } from './account-policies.ts';
import { isAccountNumber, newAccountNumber } from './accounts.ts';
import { projectFormat } from './codecs.ts';
import { endOfTokens } from './disabling.ts';
import { type DomainReference, defaultDomain, findDomain } from './domains.ts';
import { forgettingProject } from './group-roles.ts';
import { checkDescription, checkName } from './identity-names.ts';
import {
  accountNumberKey,
  allProjects,
  membersOf,
  projectKey,
  projectNameKey,
  userOfMemberKey,
} from './keys.ts';
import { leavingCommit } from './memberships.ts';
import { openProject } from './open-project.ts';
import type { ProjectRecord } from './records.ts';
import {
  entriesOf,
  joinCommits,
  readIndex,
  readStored,
  renamingCommit,
  type Stored,
  unchanged,
} from './stored.ts';

export type ProjectReference =
  | { readonly id: string }
  | { readonly name: string; readonly domain: DomainReference };

export interface NewProject {
  /** A new one when absent. */
  readonly id?: ProjectId;
  readonly name: string;
  readonly domainId?: string;
  readonly description?: string;
  readonly enabled?: boolean;
  /** Krutrim's account number: ten digits, unique; a new one when absent. */
  readonly accountNumber?: string;
}

/** @throws CoreError InvalidArgument */
export function newProjectRecord(core: Core, input: NewProject): ProjectRecord {
  const now = core.clock();
  const accountNumber = input.accountNumber ?? newAccountNumber(core.random);
  if (!isAccountNumber(accountNumber)) {
    throw new CoreError('InvalidArgument', { what: 'accountNumber', reason: 'must have ten digits' });
  }
  return {
    id: input.id ?? (newId(core.random) as ProjectId),
    name: checkName('project name', input.name),
    domainId: input.domainId ?? defaultDomain.id,
    description: checkDescription('description', input.description ?? ''),
    enabled: input.enabled ?? true,
    accountNumber,
    createdAt: now,
    modifiedAt: now,
    metadata: {},
  };
}

/** Fails as a Conflict when id, name or account number are taken. */
export function projectCreation(project: ProjectRecord): Commit {
  const keys = indexKeys(project);
  return {
    checks: [projectKey(project.id), ...keys].map((key) => [key, null]),
    puts: [
      [projectKey(project.id), projectFormat.encode(project)],
      ...keys.map((key) => [key, Buffer.from(project.id)] as const),
    ],
  };
}

/** The keys that lead to a project beside its id. */
function indexKeys(project: ProjectRecord) {
  const { accountNumber } = project;
  const name = projectNameKey(project.domainId, project.name);
  return accountNumber === undefined ? [name] : [name, accountNumberKey(accountNumber)];
}

/** @throws CoreError Duplicate, InvalidArgument */
export async function createProject(core: Core, input: NewProject): Promise<ProjectRecord> {
  const project = newProjectRecord(core, input);
  try {
    await core.meta.commit(projectCreation(project));
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    // A number that we made up and somebody has: the next one will do.
    const made = input.accountNumber === undefined;
    if (made && (await findProjectByAccountNumber(core, project.accountNumber ?? '')))
      return createProject(core, input);
    throw new CoreError('Duplicate', { what: 'project', name: project.name });
  }
  return project;
}

export async function findProject(
  core: Core,
  reference: ProjectReference,
): Promise<ProjectRecord | undefined> {
  const id = 'id' in reference ? reference.id : await projectIdByName(core, reference);
  const parsed = id === undefined ? undefined : parseProjectId(id);
  if (parsed === undefined) return undefined;
  return (await readStored(core.meta, projectFormat, projectKey(parsed)))?.record;
}

async function projectIdByName(
  core: Core,
  reference: { name: string; domain: DomainReference },
): Promise<string | undefined> {
  const domain = await findDomain(core, reference.domain);
  if (domain === undefined || reference.name.length > 255) return undefined;
  return readIndex(core.meta, projectNameKey(domain.id, reference.name));
}

/** The project with Krutrim's account number. */
export async function findProjectByAccountNumber(
  core: Core,
  number: string,
): Promise<ProjectRecord | undefined> {
  if (!isAccountNumber(number)) return undefined;
  const id = await readIndex(core.meta, accountNumberKey(number));
  return id === undefined ? undefined : findProject(core, { id });
}

/** All projects of the service, by id. */
export async function listProjects(core: Core): Promise<ProjectRecord[]> {
  const entries = await entriesOf(core.meta, allProjects());
  return entries.map((entry) => projectFormat.decode(entry.value));
}

/**
 * Removes a project with its memberships and their keys. A bucket's commit checks the project's record and takes enabled ones
 * alone, and emptiness cannot be checked by a commit: so the project is disabled before the look that counts, with a mark by which a
 * deletion that was cut off is finished, or undone, by the next.
 * @throws CoreError NoSuchProject, InUse when it still has buckets, Busy
 */
export async function deleteProject(core: Core, id: ProjectId): Promise<void> {
  const attempt = async (): Promise<void> => {
    const stored = await openProject(core, id);
    const { deleting = false, ...project } = stored.record;
    if (await hasBuckets(core, id)) {
      if (deleting) await replace(core, stored, { ...project, enabled: true });
      throw new CoreError('InUse', { what: 'project', name: project.name, reason: 'still has buckets' });
    }
    if (!project.enabled) return removeProject(core, stored);
    await replace(core, stored, { ...project, enabled: false, deleting: true });
    return attempt();
  };
  await committing('project', attempt);
}

async function hasBuckets(core: Core, id: ProjectId): Promise<boolean> {
  const buckets = spanOf(projectBucketsPrefix(id));
  return (await core.meta.range({ ...buckets, limit: 1 })).length > 0;
}

async function removeProject(core: Core, stored: Stored<ProjectRecord>): Promise<void> {
  const { id } = stored.record;
  const members = await entriesOf(core.meta, membersOf(id));
  const leaving = await Promise.all(members.map(({ key }) => leavingCommit(core, userOfMemberKey(key), id)));
  await core.meta.commit(
    joinCommits(...leaving, await forgettingProject(core, id), {
      checks: [unchanged(stored.key, stored)],
      deletes: [
        stored.key,
        ...indexKeys(stored.record),
        projectBucketsKey(id),
        projectObjectsKey(id),
        projectBytesKey(id),
        ...(await policyKeysOf(core, id)),
      ],
    }),
  );
}

async function replace(core: Core, stored: Stored<ProjectRecord>, project: ProjectRecord): Promise<void> {
  await core.meta.commit({
    checks: [unchanged(stored.key, stored)],
    puts: [[stored.key, projectFormat.encode(project)]],
  });
}

/** What is absent stays as it is. */
export interface ProjectChange {
  readonly name?: string;
  readonly description?: string;
  readonly enabled?: boolean;
}

/** @throws CoreError NoSuchProject, Duplicate, InvalidArgument, Busy */
export async function updateProject(
  core: Core,
  id: ProjectId,
  change: ProjectChange,
): Promise<ProjectRecord> {
  if (change.name !== undefined) checkName('project name', change.name);
  if (change.description !== undefined) checkDescription('description', change.description);
  return committing('project', async () => {
    const stored = await openProject(core, id);
    // Whoever says whether it is enabled has decided about a deletion that was cut off.
    const { deleting, ...record } = stored.record;
    const kept = deleting === true && change.enabled === undefined ? { deleting } : {};
    const { domainId, name } = record;
    const ended = endOfTokens(core, record, change);
    const project = { ...record, ...kept, ...change, ...ended, modifiedAt: core.clock() };
    const renaming =
      project.name === name
        ? {}
        : await renamingCommit(core.meta, id, projectNameKey(domainId, project.name), {
            old: projectNameKey(domainId, name),
            taken: () => new CoreError('Duplicate', { what: 'project', name: project.name }),
          });
    await core.meta.commit(
      joinCommits(renaming, {
        checks: [unchanged(stored.key, stored)],
        puts: [[stored.key, projectFormat.encode(project)]],
      }),
    );
    return project;
  });
}
