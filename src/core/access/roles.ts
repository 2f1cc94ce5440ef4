/**
 * The permissions of object storage, the bucket roles and which role holds what: the one table behind every door
 * (reference, section 4). Also what a role in a project allows there, and which roles contain which.
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

/** `none`: in the project without storage rights, so that only grants speak for the user (DESIGN 5). */
export const projectRoles = [
  'project-admin',
  'project-member',
  'project-reader',
  'object-storage-manager',
  'object-storage-viewer',
  'none',
] as const;
export type ProjectRole = (typeof projectRoles)[number];

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
  /** Name and description. */
  | 'identity.projects.update'
  /** Who is in the project, with which roles. */
  | 'identity.members.list'
  | 'identity.roles.assign'
  /** Everything about the service accounts whose home the project is. */
  | 'identity.accounts.manage'
  /** What is done to a project as a whole through Krutrim's internal calls: all its keys, its policies. */
  | 'identity.accounts.administer'
  | 'identity.groups.list'
  | 'identity.users.get'
  | 'identity.users.listProjects'
  /** The user's own keys, or anyone's for a service administrator. */
  | 'identity.keys.manage'
  | 'identity.tokens.validate'
  | 'identity.tokens.revoke'
  /** The events of the project. */
  | 'trail.events.list'
  /** Where the project's events are delivered. */
  | 'trail.delivery.update';

/** What only service administrators may, on the service as a whole. */
export type ServiceAction =
  | 'trail.events.listAll'
  /** Where the events of no project are delivered. */
  | 'trail.delivery.updateAll'
  | 'identity.projects.create'
  | 'identity.projects.list'
  /** Also enabling and disabling. */
  | 'identity.projects.delete'
  | 'identity.users.list'
  | 'identity.users.manage'
  /** Everybody's, in all projects. */
  | 'identity.roles.list'
  | 'identity.groups.list'
  | 'identity.groups.manage';

export type Action = BucketAction | ProjectAction | ServiceAction;

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

/** What a role in a project allows in that project; the bucket rights of project roles are grants of each bucket. */
const projectMatrix: Partial<Record<ProjectAction, readonly ProjectRole[]>> = {
  'storage.buckets.create': ['project-admin', 'project-member', 'object-storage-manager'],
  'storage.buckets.list': [
    'project-admin',
    'project-member',
    'project-reader',
    'object-storage-manager',
    'object-storage-viewer',
  ],
  // Account metadata may hold signing keys that open every bucket of the project.
  'storage.projects.update': ['project-admin'],
  'trail.events.list': [
    'project-admin',
    'project-member',
    'project-reader',
    'object-storage-manager',
    'object-storage-viewer',
  ],
  'trail.delivery.update': ['project-admin'],
  'identity.projects.get': [
    'project-admin',
    'project-member',
    'project-reader',
    'object-storage-manager',
    'object-storage-viewer',
    'none',
  ],
  'identity.projects.update': ['project-admin'],
  'identity.members.list': ['project-admin'],
  'identity.roles.assign': ['project-admin'],
  'identity.accounts.manage': ['project-admin'],
  'identity.accounts.administer': ['project-admin'],
  'identity.groups.list': ['project-admin'],
};

export function projectRoleAllows(role: ProjectRole, action: ProjectAction): boolean {
  return projectMatrix[action]?.includes(role) ?? false;
}

/** Each project role with every role whose rights it contains, itself first. */
const contained: Record<ProjectRole, readonly ProjectRole[]> = {
  'project-admin': [
    'project-admin',
    'project-member',
    'project-reader',
    'object-storage-manager',
    'object-storage-viewer',
    'none',
  ],
  'project-member': [
    'project-member',
    'project-reader',
    'object-storage-manager',
    'object-storage-viewer',
    'none',
  ],
  'project-reader': ['project-reader', 'object-storage-viewer', 'none'],
  'object-storage-manager': ['object-storage-manager', 'object-storage-viewer', 'none'],
  'object-storage-viewer': ['object-storage-viewer', 'none'],
  none: ['none'],
};

/**
 * The rights two sets of roles have in common, as the fewest roles: an administrator's token whose owner has become a
 * member leaves a member (reference, section 3: rights = roles at issue ∩ roles now).
 */
export function commonRoles(a: readonly ProjectRole[], b: readonly ProjectRole[]): ProjectRole[] {
  const inA = new Set(a.flatMap((role) => contained[role]));
  const common = [...new Set(b.flatMap((role) => contained[role]))].filter((role) => inA.has(role));
  return common.filter((role) => !common.some((other) => other !== role && contained[other].includes(role)));
}
