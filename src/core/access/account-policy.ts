/**
 * Owns what an account's policies mean (reference 10.5): compiles them to statements of the evaluator. They speak of the account's own buckets
 * alone and of storage alone, so no policy takes the management of policies from an administrator, and none reaches into another account.
 *
 * A statement applies when its actions, resources and conditions all do. Where a request is about objects it does not name (a deletion of
 * all that is in a folder), what limits a statement to some objects cannot be told: then it denies, and does not allow.
 */

import type { Clock } from '../../base/clock.ts';
import { matchesGlob } from '../../base/glob.ts';
import type { Actor, UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import { policyFormat } from '../identity/codecs.ts';
import { membershipKey, policyKey } from '../identity/keys.ts';
import type {
  AccountPolicyRecord,
  PolicyResource,
  PolicyStatement,
  ProjectRecord,
} from '../identity/records.ts';
import { rememberUpTo } from '../identity/remembered.ts';
import { storedAs } from '../identity/stored.ts';
import type { ProjectId } from '../model/names.ts';
import type { Statement, Target } from './decide.ts';
import { actionsOf, type PolicyAction } from './kos-actions.ts';
import { conditionHolds, type Fact, type PolicyCondition, type Truth } from './policy-conditions.ts';

const none: readonly Statement[] = [];
const recallStatements = rememberUpTo<readonly Statement[]>(1000);

/** The statements of the policies attached to `actor` in its project; read only where there are some. */
export async function policyStatements(core: Core, actor: Actor): Promise<readonly Statement[]> {
  if (actor.kind !== 'user') return none;
  const { policies, projectId } = actor;
  return projectId === undefined ? none : statementsOf(core, projectId, policies ?? []);
}

/**
 * What is denied to `actor` in another project than that of its proof: who is denied something there comes to it by no other membership.
 * What is attached to the whole account binds those who are in it.
 */
export async function denialsElsewhere(
  core: Core,
  actor: Actor,
  project: ProjectRecord,
): Promise<readonly Statement[]> {
  const { id, policies = [] } = project;
  if (actor.kind !== 'user' || policies.length === 0) return none;
  const { userId } = actor;
  const [membership] = await core.meta.get([membershipKey(userId, id)]);
  const ids = policies.filter(
    ({ user }) => user === userId || (user === undefined && membership !== undefined),
  );
  const statements = await statementsOf(core, id, [...new Set(ids.map(({ policy }) => policy))]);
  return statements.filter(({ effect }) => effect === 'deny');
}

async function statementsOf(
  core: Core,
  project: ProjectId,
  policies: readonly string[],
): Promise<readonly Statement[]> {
  if (policies.length === 0) return none;
  const keys = policies.map((id) => policyKey(project, id));
  const statements = await recallStatements(core, `${project} ${policies.join(' ')}`, async () => {
    const entries = await core.meta.get(keys);
    const records = entries.flatMap((entry) => storedAs(policyFormat, entry)?.record ?? []);
    return { keys, entries, value: records.flatMap((record) => compilePolicy(record, core.clock)) };
  });
  return statements ?? none;
}

/** For those whom the policy is attached to: that they are, the statements do not ask. */
export function compilePolicy(
  { projectId, name, statements, conditions }: AccountPolicyRecord,
  clock: Clock,
): Statement[] {
  return statements.map((statement, i) => {
    const applies = matcherOf(statement, [...conditions, ...statement.conditions], clock);
    return {
      effect: statement.effect,
      source: `policy ${name}, statement ${statement.sid ?? i + 1}`,
      applies(actor, target) {
        if (actor.kind !== 'user' || !isIn(target, projectId)) return false;
        const truth = applies(actor, target);
        return truth ?? statement.effect === 'deny';
      },
    };
  });
}

function isIn(target: Target, project: string): boolean {
  if (target.kind === 'bucket') return target.bucket.projectId === project;
  return target.kind === 'project' && target.project === project;
}

function matcherOf(
  { actions, resources }: PolicyStatement,
  conditions: readonly PolicyCondition[],
  clock: Clock,
): (actor: UserActor, target: Target) => Truth {
  const named = new Set<string>(actions.flatMap((pattern): readonly PolicyAction[] => actionsOf(pattern)));
  return (actor, target) => {
    if (!named.has(target.action)) return false;
    return both([
      either(resources.map((resource) => isMeant(resource, target))),
      ...conditions.map((one) => conditionHolds(one, factOf(one.key, actor, target, clock))),
    ]);
  };
}

/** False beats what cannot be told, which beats true. */
function both(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(undefined) ? undefined : true;
}

function either(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(undefined) ? undefined : false;
}

function isMeant({ bucket, keys }: PolicyResource, target: Target): Truth {
  if (target.kind !== 'bucket') return bucket === '*' && keys === undefined;
  if (bucket !== '*' && bucket !== target.bucket.id && bucket !== target.bucket.name) return false;
  if (keys === undefined) return true;
  if (target.action === 'storage.objects.list') return matchesGlob(keys, target.prefix ?? '');
  if (!isAboutObject(target)) return false;
  return target.key === undefined ? undefined : matchesGlob(keys, target.key);
}

function isAboutObject(target: Target): boolean {
  return target.action.startsWith('storage.objects.') && target.action !== 'storage.objects.list';
}

function factOf(key: PolicyCondition['key'], actor: UserActor, target: Target, clock: Clock): Fact {
  switch (key) {
    case 'sourceIp':
      return actor.address;
    case 'currentTime':
      return String(clock());
    case 'userName':
      return actor.userName;
    case 'prefix':
      return target.kind === 'bucket' && target.action === 'storage.objects.list'
        ? (target.prefix ?? '')
        : null;
    case 'key':
      if (target.kind !== 'bucket' || !isAboutObject(target)) return null;
      return target.key;
  }
}
