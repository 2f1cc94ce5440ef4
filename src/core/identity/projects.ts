/** Projects: created, found, listed, deleted. Who belongs to one is `memberships.ts`; its buckets are `../buckets/`. */
import { newId } from '../../base/clock.ts';
import { Conflict } from '../../engines/errors.ts';
import type { Commit } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import { projectBucketsPrefix, spanOf } from '../model/keys.ts';
import { type ProjectId, parseProjectId } from '../model/names.ts';
import type { ProjectRecord } from '../model/records.ts';
import { projectFormat } from './codecs.ts';
import { type DomainReference, defaultDomain, findDomain } from './domains.ts';
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
import { entriesOf, joinCommits, readIndex, readStored, storedAs, unchanged } from './stored.ts';

export type ProjectReference =
  | { readonly id: string }
  | { readonly name: string; readonly domain: DomainReference };

export interface NewProject {
  /** A new one when absent. */
  readonly id?: ProjectId;
  readonly name: string;
  readonly domainId?: string;
  readonly description?: string;
  /** Krutrim's account number: ten digits, unique. */
  readonly accountNumber?: string;
}

/** @throws CoreError InvalidArgument */
export function newProjectRecord(core: Core, input: NewProject): ProjectRecord {
  const now = core.clock();
  const { accountNumber } = input;
  if (accountNumber !== undefined && !/^\d{10}$/.test(accountNumber)) {
    throw new CoreError('InvalidArgument', { what: 'accountNumber', reason: 'must have ten digits' });
  }
  return {
    id: input.id ?? (newId(core.random) as ProjectId),
    name: checkName('project name', input.name),
    domainId: input.domainId ?? defaultDomain.id,
    description: checkDescription('description', input.description ?? ''),
    enabled: true,
    ...(accountNumber === undefined ? {} : { accountNumber }),
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
    if (error instanceof Conflict) throw new CoreError('Duplicate', { what: 'project', name: project.name });
    throw error;
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
  if (!/^\d{10}$/.test(number)) return undefined;
  const id = await readIndex(core.meta, accountNumberKey(number));
  return id === undefined ? undefined : findProject(core, { id });
}

/** All projects of the service, by id. */
export async function listProjects(core: Core): Promise<ProjectRecord[]> {
  const entries = await entriesOf(core.meta, allProjects());
  return entries.map((entry) => projectFormat.decode(entry.value));
}

/**
 * Removes a project with its memberships and their keys.
 * @throws CoreError NoSuchProject, InvalidArgument (it still has buckets)
 */
export async function deleteProject(core: Core, id: ProjectId): Promise<void> {
  await committing('project', async () => {
    const stored = await readStored(core.meta, projectFormat, projectKey(id));
    if (stored === undefined) throw new CoreError('NoSuchProject', { project: id });
    const buckets = spanOf(projectBucketsPrefix(id));
    if ((await core.meta.range({ ...buckets, limit: 1 })).length > 0) {
      throw new CoreError('InvalidArgument', { what: 'project', reason: 'still has buckets' });
    }
    const members = await entriesOf(core.meta, membersOf(id));
    const leaving = await Promise.all(
      members.map(({ key }) => leavingCommit(core, userOfMemberKey(key), id)),
    );
    await core.meta.commit(
      joinCommits(...leaving, {
        checks: [unchanged(stored.key, stored)],
        deletes: [stored.key, ...indexKeys(stored.record)],
      }),
    );
  });
}

/** Sets what a project's own description holds. @throws CoreError NoSuchProject */
export async function updateProject(
  core: Core,
  id: ProjectId,
  change: Partial<Pick<ProjectRecord, 'description' | 'enabled'>>,
): Promise<ProjectRecord> {
  return committing('project', async () => {
    const [entry] = await core.meta.get([projectKey(id)]);
    const stored = storedAs(projectFormat, entry);
    if (stored === undefined) throw new CoreError('NoSuchProject', { project: id });
    const project = { ...stored.record, ...change, modifiedAt: core.clock() };
    await core.meta.commit({
      checks: [unchanged(stored.key, stored)],
      puts: [[stored.key, projectFormat.encode(project)]],
    });
    return project;
  });
}
