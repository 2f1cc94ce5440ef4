/**
 * The naive model of account policies (reference 10.5): random statements in Krutrim's JSON, and what the documentation says they mean, read
 * anew from that JSON for each question. Knows nothing of the product's evaluator; addresses are a table of who matches what.
 */
import { roleAllows } from '../../src/core/access/roles.ts';
import type { Need } from './same-call.ts';
import type { TestUser } from './seed.ts';
import type { SeededRandom } from './seeded-random.ts';

/** KRNs of the buckets by name. */
export type Buckets = Readonly<Record<string, string>>;

interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

export interface JsonStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: string | readonly string[];
  readonly resources: string | readonly string[];
  readonly conditions?: readonly Condition[];
}

/** Where calls come from, and the patterns that match it. */
export const addresses: Readonly<Record<string, readonly string[]>> = {
  '192.0.2.7': ['192.0.2.7', '192.0.2.0/24', '192.*.2.7', '0.0.0.0/0'],
  '198.51.100.9': ['198.51.100.9', '198.51.*.*', '0.0.0.0/0'],
  '2001:db8::5': ['2001:db8::5', '2001:db8::/32'],
};
const patterns = [...new Set(Object.values(addresses).flat())];

/** Krutrim's names of the permissions, from its documentation's table. */
export const actionNames: Record<Need['action'], string> = {
  'storage.buckets.create': 'kos:CreateBucket',
  'storage.buckets.list': 'kos:ListBuckets',
  'storage.buckets.get': 'kos:GetBucket',
  'storage.buckets.update': 'kos:UpdateBucket',
  'storage.buckets.delete': 'kos:DeleteBucket',
  'storage.buckets.getIamPolicy': 'kos:GetBucketPolicy',
  'storage.buckets.setIamPolicy': 'kos:PutBucketPolicy',
  'storage.objects.list': 'kos:ListObjects',
  'storage.objects.get': 'kos:GetObject',
  'storage.objects.getMeta': 'kos:GetObjectMetadata',
  'storage.objects.create': 'kos:PutObject',
  'storage.objects.update': 'kos:UpdateObject',
  'storage.objects.delete': 'kos:DeleteObject',
};
const actionPatterns = [
  ...Object.values(actionNames),
  ...['kos:*', 'kos:Get*', 'kos:*Object', 'kos:*Bucket*', 'kos:List*', 'kos:*Objec*s', 'kos:Put*'],
];

export const keys = ['cats/one', 'cats/two', 'dogs/one', 'top'] as const;
export const prefixes = ['', 'cats/', 'dogs/o', 'none/'] as const;
const keyPatterns = ['cats/*', 'dogs/one', '*one', '*', 'd*/*', 't*p'];

function someOf<T>(random: SeededRandom, list: readonly T[]): T[] {
  return Array.from({ length: random.between(1, 2) }, () => random.pick(list));
}

function randomCondition(random: SeededRandom, users: readonly string[]): Condition {
  const key = random.pick(['sourceIp', 'currentTime', 'key', 'prefix', 'userName']);
  if (key === 'sourceIp') {
    return { operator: random.pick(['IpAddress', 'NotIpAddress']), key, values: someOf(random, patterns) };
  }
  if (key === 'currentTime') {
    const ends = random.pick(['Than', 'ThanEquals']);
    const values = [random.pick(['2001-02-03T04:05:06Z', '2099-01-01', '2099-12-31T23:59:59.5+09:00'])];
    return { operator: `Date${random.pick(['Less', 'Greater'])}${ends}`, key, values };
  }
  const operator = `String${random.pick(['', 'Not'])}${random.pick(['Equals', 'Like'])}`;
  const words = { key: [...keys, ...keyPatterns], prefix: [...prefixes, 'c*'], userName: [...users, '*b*'] };
  return { operator, key, values: someOf(random, words[key as keyof typeof words]) };
}

export function randomStatement(
  random: SeededRandom,
  buckets: Buckets,
  users: readonly string[],
): JsonStatement {
  const resource = () => {
    if (random.chance(0.3)) return '*';
    const krn = random.pick(Object.values(buckets));
    const place = random.chance(0.2) ? `${krn.slice(0, krn.lastIndexOf(':'))}:*` : krn;
    return random.chance(0.5) ? place : `${place}/${random.pick(keyPatterns)}`;
  };
  const resources = random.chance(0.5) ? resource() : [resource(), resource()];
  const actions = random.chance(0.5) ? random.pick(actionPatterns) : someOf(random, actionPatterns);
  const effect = random.pick(['Allow', 'Deny'] as const);
  if (random.chance(0.5)) return { effect, actions, resources };
  return {
    effect,
    actions,
    resources,
    conditions: Array.from({ length: random.between(1, 2) }, () => randomCondition(random, users)),
  };
}

/** `*` is any text. */
function like(pattern: string, text: string): boolean {
  const literal = (part: string) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${pattern.split('*').map(literal).join('.*')}$`, 's').test(text);
}

const listOf = (one: string | readonly string[]): readonly string[] =>
  typeof one === 'string' ? [one] : one;

function isMeant(resource: string, { action, bucket, key, prefix = '' }: Need, buckets: Buckets): boolean {
  if (resource === '*') return true;
  // About all buckets of the account, those to come among them.
  if (bucket === undefined) return resource.endsWith(':*');
  const slash = resource.indexOf('/');
  const krn = slash < 0 ? resource : resource.slice(0, slash);
  if (!krn.endsWith(':*') && krn !== buckets[bucket]) return false;
  if (slash < 0) return true;
  const pattern = resource.slice(slash + 1);
  if (action === 'storage.objects.list') return like(pattern, prefix);
  return key !== undefined && like(pattern, key);
}

function holds({ operator, key, values }: Condition, need: Need, user: TestUser, from: string): boolean {
  if (key === 'sourceIp') {
    const listed = values.some((value) => addresses[from]?.includes(value));
    return listed === (operator === 'IpAddress');
  }
  if (key === 'currentTime') return operator.startsWith('DateLess') === values[0]?.startsWith('2099');
  const prefix = need.action === 'storage.objects.list' ? (need.prefix ?? '') : undefined;
  const fact = { key: need.key, prefix, userName: user.name }[key];
  const agrees =
    fact !== undefined &&
    values.some((value) => (operator.endsWith('Like') ? like(value, fact) : value === fact));
  return agrees !== operator.includes('Not');
}

/** What the roles give: the creator owns the buckets, and every bucket gives roles to the project's. */
function givenByRole({ role }: TestUser, { action }: Need): boolean {
  const bucketRole = {
    'project-admin': 'storage.admin',
    'project-member': 'storage.editor',
    'project-reader': 'storage.viewer',
    none: undefined,
  } as const;
  if (action === 'storage.buckets.create') return role === 'project-admin' || role === 'project-member';
  if (action === 'storage.buckets.list') return role !== 'none';
  const has = bucketRole[role];
  return has !== undefined && roleAllows(has, action);
}

/** Deny wins over everything, Allow over the lack of a right. */
export function decides(
  statements: readonly JsonStatement[],
  need: Need,
  { user, from, buckets }: { user: TestUser; from: string; buckets: Buckets },
): boolean {
  const applying = statements.filter(
    ({ actions, resources, conditions = [] }) =>
      listOf(actions).some((pattern) => like(pattern, actionNames[need.action])) &&
      listOf(resources).some((resource) => isMeant(resource, need, buckets)) &&
      conditions.every((condition) => holds(condition, need, user, from)),
  );
  if (applying.some(({ effect }) => effect === 'Deny')) return false;
  return applying.length > 0 || givenByRole(user, need);
}
