/** Owns the people of the permission walks: one for every bucket role and every project role, and what the table of roles gives to each. */
import assert from 'node:assert/strict';
import { stringify } from 'yaml';
import {
  type BucketAction,
  bucketActions,
  type ProjectAction,
  type ProjectRole,
  projectRoleAllows,
  projectRoles,
  type Role,
  roleAllows,
  roles,
} from '../../src/core/access/roles.ts';
import { ext, makeBucket } from './ext.ts';
import { issueToken } from './iam.ts';
import { rawS3 } from './s3.ts';
import { alice, demo, projects, type TestUser, users } from './seed.ts';
import { type ServerOptions, startServer, type TestServer } from './start-server.ts';

/** The bucket that is walked; in it the objects `k` and `taken`. */
export const bucket = 'walked-bucket';

export interface Walker {
  readonly user: TestUser;
  /** The grant on the bucket, of those who have nothing but one. */
  readonly grant?: Role;
  readonly projectRole: ProjectRole;
}

/** One for each role, so that no cell of the walk depends on another. */
function walker(name: string, role: ProjectRole, at: number): TestUser {
  const hex = (start: string) => start.repeat(32).slice(0, 30) + at.toString(16).padStart(2, '0');
  return {
    ...alice,
    id: hex('b'),
    name: `${name}@example.com`,
    displayName: name,
    role: role as TestUser['role'],
    iamKey: { id: hex('c'), name, secret: `${name}-secret` },
    s3Key: { access: hex('d'), secret: `${name}-s3-secret-0123456789` },
  };
}

/** Who has one bucket role, or none, and nothing by the project. */
export const granted: readonly Walker[] = [
  ...roles.map((grant, at) => ({
    grant,
    projectRole: 'none' as const,
    user: walker(grant.replace('.', '-'), 'none', at),
  })),
  { projectRole: 'none', user: walker('no-role', 'none', 20) },
];

/** Who has one project role, and no grant of their own. */
export const members: readonly Walker[] = projectRoles.map((projectRole, at) => ({
  projectRole,
  user: walker(projectRole, projectRole, 30 + at),
}));

export const walkers = [...granted, ...members];

export const nameOf = ({ grant, projectRole }: Walker): string => grant ?? `project role ${projectRole}`;

/** DESIGN 12: what a new bucket gives to the roles of its project. */
const givenByProject: Partial<Record<ProjectRole, Role>> = {
  'project-admin': 'storage.admin',
  'project-member': 'storage.editor',
  'project-reader': 'storage.viewer',
};

/** What the table says. */
export function mayOn({ grant, projectRole }: Walker, action: BucketAction): boolean {
  const role = grant ?? givenByProject[projectRole];
  return role !== undefined && roleAllows(role, action);
}

const isBucketAction = (action: string): action is BucketAction =>
  bucketActions.some((one) => one === action);

/** As `mayOn`, for the rights in the project too. */
export function may(who: Walker, action: BucketAction | ProjectAction): boolean {
  return isBucketAction(action) ? mayOn(who, action) : projectRoleAllows(who.projectRole, action);
}

/** The standard seed and the walkers, all in `demo`. */
function seed(): string {
  return stringify({
    projects,
    users: [...users, ...walkers.map(({ user }) => user)].map((user) => ({
      id: user.id,
      name: user.name,
      displayName: user.displayName,
      password: user.password,
      ...(user.serviceAdmin && { serviceAdmin: true }),
      roles: [{ project: user.project.name, role: user.role }],
      iamKeys: [{ ...user.iamKey, project: user.project.name }],
      s3Keys: [{ ...user.s3Key, project: user.project.name }],
    })),
  });
}

/** A server with the bucket, its objects and everybody's grant on it; and a token of each walker and of `alice`. */
export async function startWalk(
  env: ServerOptions['env'] = {},
): Promise<{ server: TestServer; tokenOf: (user: TestUser) => string }> {
  const server = await startServer({ seed: seed(), env: { ONGGI_WORKERS: '2', ...env } });
  const tokens = new Map<string, string>();
  for (const { user } of [...walkers, { user: alice }]) tokens.set(user.id, await issueToken(server, user));
  const tokenOf = (user: TestUser) => tokens.get(user.id) ?? '';
  await makeBucket(server, tokenOf(alice), bucket);
  for (const key of ['k', 'taken']) {
    const target = `/${bucket}/${key}`;
    assert.equal((await rawS3(server, { method: 'PUT', target, body: 'x', user: alice })).status, 200);
  }
  for (const { grant, user } of granted) {
    if (grant === undefined) continue;
    const body = { role: grant, member: { type: 'user', id: user.id } };
    const answer = await ext(server, tokenOf(alice), `/bucket/${bucket}/policy`, { method: 'POST', body });
    assert.equal(answer.status, 201, answer.text);
  }
  assert.equal(alice.project, demo);
  return { server, tokenOf };
}
