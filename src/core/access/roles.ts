/**
 * The permissions of object storage, the bucket roles and which role holds what: the one table behind every door
 * (reference, section 4).
 */

/** Columns of the table below, most powerful first. */
export const roles = [
  'storage.owner',
  'storage.admin',
  'storage.editor',
  'storage.viewer',
  'storage.objectReader',
  'storage.objectCreator',
  'storage.policyReader',
  'storage.policyWriter',
] as const;
export type Role = (typeof roles)[number];

const matrix = {
  'storage.buckets.get': 'owner admin editor viewer',
  'storage.buckets.update': 'owner admin editor',
  'storage.buckets.delete': 'owner admin',
  'storage.buckets.getIamPolicy': 'owner admin editor policyReader policyWriter',
  'storage.buckets.setIamPolicy': 'owner admin policyWriter',
  'storage.objects.list': 'owner admin editor viewer objectReader',
  'storage.objects.get': 'owner admin editor objectReader',
  'storage.objects.getMeta': 'owner admin editor viewer objectReader',
  'storage.objects.create': 'owner admin editor objectCreator',
  'storage.objects.update': 'owner admin editor',
  'storage.objects.delete': 'owner admin editor',
} as const;

/** What a bucket role can allow. */
export type BucketAction = keyof typeof matrix;

/** What the roles in a project, or being a service administrator, can allow. */
export type ProjectAction =
  | 'storage.buckets.create'
  | 'storage.buckets.list'
  /** Account metadata of the project (Swift POST account). */
  | 'storage.projects.update'
  | 'identity.projects.get'
  | 'identity.projects.list'
  | 'identity.users.get'
  | 'identity.users.listProjects'
  /** The user's own keys, or anyone's for a service administrator. */
  | 'identity.keys.manage'
  | 'identity.tokens.validate'
  | 'identity.tokens.revoke';

export type Action = BucketAction | ProjectAction;

export const bucketActions = Object.keys(matrix) as BucketAction[];

const holders = new Map<BucketAction, ReadonlySet<string>>(
  bucketActions.map((action) => [
    action,
    new Set(matrix[action].split(' ').map((role) => `storage.${role}`)),
  ]),
);

export function roleAllows(role: Role, action: BucketAction): boolean {
  return holders.get(action)?.has(role) ?? false;
}
