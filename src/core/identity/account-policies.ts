/**
 * An account's policies (reference 10.5): written, changed, removed, and attached to one of its users or to the account as a whole. What is
 * attached stands in the project's record, which every request reads anyway. What they mean is `../access/account-policy.ts`.
 */
import { newId } from '../../base/clock.ts';
import { isActionPattern } from '../access/kos-actions.ts';
import { type PolicyCondition, wrongCondition } from '../access/policy-conditions.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing } from '../model/draft.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import { policyFormat, projectFormat } from './codecs.ts';
import { checkName } from './identity-names.ts';
import { membershipKey, policiesOf, policyKey, policyNameKey } from './keys.ts';
import { openProject } from './open-project.ts';
import type { AccountPolicyRecord, AttachedPolicy, PolicyStatement, ProjectRecord } from './records.ts';
import {
  entriesOf,
  joinCommits,
  readIndex,
  readStored,
  renamingCommit,
  type Stored,
  unchanged,
} from './stored.ts';

/** Of one account. */
const mostPolicies = 100;
/** Of one account, over all its users: every request reads them. */
const mostAttached = 200;
const most = {
  statements: 20,
  actions: 50,
  resources: 50,
  conditions: 20,
  values: 100,
  length: 2048,
  /** Of all patterns of keys and all values together, in characters: they are held against every request of whomever the policy is for. */
  patterns: 8192,
} as const;

/** What is absent stays as it is; for a new policy it is empty. */
export interface PolicyDraft {
  readonly name?: string;
  readonly statements?: readonly PolicyStatement[];
  readonly conditions?: readonly PolicyCondition[];
}

/** @throws CoreError Duplicate for a taken name, InvalidArgument, LimitExceeded, NoSuchProject, Busy */
export async function createPolicy(
  core: Core,
  project: ProjectId,
  draft: PolicyDraft,
): Promise<AccountPolicyRecord> {
  const now = core.clock();
  const id = newId(core.random);
  const policy: AccountPolicyRecord = {
    id,
    projectId: project,
    name: checkName('name', draft.name ?? `policy-${id.slice(0, 8)}`),
    statements: draft.statements ?? [],
    conditions: draft.conditions ?? [],
    createdAt: now,
    modifiedAt: now,
  };
  checkPolicy(policy);
  await committing('policy', async () => {
    const owner = await openProject(core, project);
    const key = policyNameKey(project, policy.name);
    if ((await readIndex(core.meta, key)) !== undefined) throw taken(policy.name);
    if ((await listPolicies(core, project)).length >= mostPolicies) {
      throw new CoreError('LimitExceeded', { what: 'policies', limit: mostPolicies });
    }
    await core.meta.commit({
      // The project is written again, so that the limit holds and a deletion of the project, which reads a range, starts over.
      checks: [unchanged(owner.key, owner), [key, null], [policyKey(project, id), null]],
      puts: [
        [owner.key, projectFormat.encode(owner.record)],
        [key, Buffer.from(id)],
        [policyKey(project, id), policyFormat.encode(policy)],
      ],
    });
  });
  return policy;
}

/** @throws CoreError NoSuchPolicy */
export async function getPolicy(core: Core, project: ProjectId, id: string): Promise<AccountPolicyRecord> {
  return (await openPolicy(core, project, id)).record;
}

/** Oldest first. */
export async function listPolicies(core: Core, project: ProjectId): Promise<AccountPolicyRecord[]> {
  const entries = await entriesOf(core.meta, policiesOf(project));
  return entries
    .map((entry) => policyFormat.decode(entry.value))
    .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

/** Holds with the next request of whomever it is attached to. @throws CoreError NoSuchPolicy, Duplicate, InvalidArgument, Busy */
export async function updatePolicy(
  core: Core,
  project: ProjectId,
  id: string,
  draft: PolicyDraft,
): Promise<AccountPolicyRecord> {
  if (draft.name !== undefined) checkName('name', draft.name);
  return committing('policy', async () => {
    const stored = await openPolicy(core, project, id);
    const policy = { ...stored.record, ...draft, modifiedAt: core.clock() };
    checkPolicy(policy);
    const renaming =
      policy.name === stored.record.name
        ? {}
        : await renamingCommit(core.meta, id, policyNameKey(project, policy.name), {
            old: policyNameKey(project, stored.record.name),
            taken: () => taken(policy.name),
          });
    await core.meta.commit(
      joinCommits(renaming, {
        checks: [unchanged(stored.key, stored)],
        puts: [[stored.key, policyFormat.encode(policy)]],
      }),
    );
    return policy;
  });
}

/** @throws CoreError NoSuchPolicy, InUse while it is attached, Busy */
export async function deletePolicy(core: Core, project: ProjectId, id: string): Promise<void> {
  await committing('policy', async () => {
    const [stored, owner] = await Promise.all([openPolicy(core, project, id), openProject(core, project)]);
    const { name } = stored.record;
    if (attachedIn(owner.record).some(({ policy }) => policy === id)) {
      throw new CoreError('InUse', { what: 'policy', name, reason: 'is still attached' });
    }
    await core.meta.commit({
      checks: [unchanged(stored.key, stored), unchanged(owner.key, owner)],
      deletes: [stored.key, policyNameKey(project, name)],
    });
  });
}

/** Policies, and the user they are for; the whole account when absent. */
export interface Attachment {
  readonly policies: readonly string[];
  readonly user: UserId | undefined;
}

/** All or none; what is attached already stays so. @throws CoreError NoSuchPolicy, NoSuchUser, LimitExceeded, Busy */
export async function attachPolicies(core: Core, project: ProjectId, attachment: Attachment): Promise<void> {
  const { policies, user } = attachment;
  await committing('policies', async () => {
    const owner = await openProject(core, project);
    const stored = await Promise.all(policies.map((id) => openPolicy(core, project, id)));
    if (user !== undefined && (await core.meta.get([membershipKey(user, project)]))[0] === undefined) {
      throw new CoreError('NoSuchUser', { user });
    }
    const others = attachedIn(owner.record).filter((one) => !isOneOf(one, attachment));
    const attached = [...others, ...new Set(policies)].map(
      (one): AttachedPolicy =>
        typeof one === 'string' ? { policy: one, ...(user === undefined ? {} : { user }) } : one,
    );
    if (attached.length > mostAttached) {
      throw new CoreError('LimitExceeded', { what: 'attached policies', limit: mostAttached });
    }
    await core.meta.commit({
      checks: [unchanged(owner.key, owner), ...uniqueChecks(stored)],
      puts: [[owner.key, projectFormat.encode({ ...owner.record, policies: attached })]],
    });
  });
}

/** All or none. @throws CoreError NoSuchPolicy for one that is not attached there, Busy */
export async function detachPolicies(core: Core, project: ProjectId, attachment: Attachment): Promise<void> {
  await committing('policies', async () => {
    const owner = await openProject(core, project);
    const attached = attachedIn(owner.record);
    for (const id of attachment.policies) {
      if (!attached.some((one) => isOneOf(one, { ...attachment, policies: [id] }))) throw noSuchPolicy(id);
    }
    const { policies: _, ...rest } = owner.record;
    const kept = attached.filter((one) => !isOneOf(one, attachment));
    const record: ProjectRecord = kept.length === 0 ? rest : { ...rest, policies: kept };
    await core.meta.commit({
      checks: [unchanged(owner.key, owner)],
      puts: [[owner.key, projectFormat.encode(record)]],
    });
  });
}

/** The policies that speak of what a user does in a project. */
export function policiesFor({ policies }: ProjectRecord, userId: UserId): readonly string[] | undefined {
  if (policies === undefined) return undefined;
  const ids = policies.flatMap(({ policy, user }) => (user === undefined || user === userId ? [policy] : []));
  return [...new Set(ids)];
}

/** The keys that go with a project. */
export async function policyKeysOf(core: Core, project: ProjectId): Promise<Uint8Array[]> {
  const policies = await listPolicies(core, project);
  return policies.flatMap(({ id, name }) => [policyKey(project, id), policyNameKey(project, name)]);
}

function attachedIn({ policies = [] }: ProjectRecord): readonly AttachedPolicy[] {
  return policies;
}

function isOneOf(one: AttachedPolicy, { policies, user }: Attachment): boolean {
  return one.user === user && policies.includes(one.policy);
}

function uniqueChecks(stored: readonly Stored<AccountPolicyRecord>[]) {
  return [...new Map(stored.map((one) => [one.record.id, unchanged(one.key, one)])).values()];
}

/** @throws CoreError InvalidArgument */
function checkPolicy({ statements, conditions }: AccountPolicyRecord): void {
  atMost('statements', statements, most.statements);
  checkConditions('conditions', conditions);
  for (const [i, { sid, actions, resources, conditions: own }] of statements.entries()) {
    const what = `statements[${i}]`;
    if (sid !== undefined) checkName(`${what}.sid`, sid);
    if (actions.length === 0) throw invalid(`${what}.actions`, 'must not be empty');
    if (resources.length === 0) throw invalid(`${what}.resources`, 'must not be empty');
    atMost(`${what}.actions`, actions, most.actions);
    atMost(`${what}.resources`, resources, most.resources);
    const unknown = actions.find((pattern) => !isActionPattern(pattern));
    if (unknown !== undefined) {
      throw invalid(`${what}.actions`, `names no action: ${unknown.slice(0, 100)}`);
    }
    if (resources.some(({ keys = '' }) => keys.length > most.length)) {
      throw invalid(`${what}.resources`, `must have at most ${most.length} characters each`);
    }
    checkConditions(`${what}.conditions`, own);
  }
  const keys = statements.flatMap(({ resources }) => resources.map((one) => one.keys ?? ''));
  const values = [...conditions, ...statements.flatMap((one) => one.conditions)].flatMap((one) => one.values);
  if ([...keys, ...values].join('').length > most.patterns) {
    throw invalid('the policy', `must have at most ${most.patterns} characters of patterns and values`);
  }
}

/** @throws CoreError InvalidArgument */
function checkConditions(what: string, conditions: readonly PolicyCondition[]): void {
  atMost(what, conditions, most.conditions);
  for (const condition of conditions) {
    atMost(`${what}.values`, condition.values, most.values);
    const wrong = wrongCondition(condition);
    if (wrong !== undefined) throw invalid(what, `cannot be: ${wrong}`);
  }
}

function atMost(what: string, list: readonly unknown[], limit: number): void {
  if (list.length > limit) throw invalid(what, `must have at most ${limit} entries`);
}

function invalid(what: string, reason: string): CoreError {
  return new CoreError('InvalidArgument', { what, reason });
}

function taken(name: string): CoreError {
  return new CoreError('Duplicate', { what: 'policy', name });
}

function noSuchPolicy(id: string): CoreError {
  return new CoreError('NoSuchPolicy', { policy: id.slice(0, 100) });
}

async function openPolicy(core: Core, project: ProjectId, id: string): Promise<Stored<AccountPolicyRecord>> {
  const stored = /^[0-9a-f]{32}$/.test(id)
    ? await readStored(core.meta, policyFormat, policyKey(project, id))
    : undefined;
  if (stored === undefined) throw noSuchPolicy(id);
  return stored;
}
