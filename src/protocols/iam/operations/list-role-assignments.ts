/**
 * GET /v3/role_assignments: which roles were given to users and groups, by `user.id`, `group.id`, `scope.project.id` and `role.id`;
 * on `effective` what every user has in the end, groups taken apart; with names on `include_names`. Own ones are for everybody, those
 * of a project for its administrators, all for service administrators.
 */
import { json } from '../../../base/http/reply.ts';
import type { Permission } from '../../../core/access/authorize.ts';
import type { Actor } from '../../../core/actor.ts';
import { ownProject } from '../../../core/identity/administration.ts';
import { findAssignments, namesOfAssignments } from '../../../core/identity/role-assignments.ts';
import { type ProjectId, parseProjectId, parseUserId, type UserId } from '../../../core/model/names.ts';
import { noBody } from '../../operation.ts';
import { listLinks } from '../documents/lists.ts';
import { parseFlag } from '../documents/projects.ts';
import { assignmentDocument } from '../documents/role-assignments.ts';
import { findRole } from '../documents/roles.ts';
import { IamError } from '../errors.ts';
import { type IamView, operation, selfUrl } from '../request.ts';

/** @throws IamError 400 for filters that exclude each other (Keystone) */
function parseFilter({ request: { query } }: IamView) {
  const [user, project, role] = [query.get('user.id'), query.get('scope.project.id'), query.get('role.id')];
  const group = query.get('group.id');
  const effective = parseFlag(query.get('effective')) ?? false;
  if (user !== undefined && group !== undefined) {
    throw new IamError(400, 'Specify a user or group, not both');
  }
  if (effective && group !== undefined) {
    throw new IamError(400, 'Combining effective and group filter will always result in an empty list.');
  }
  const elsewhere = ['scope.domain.id', 'scope.system', 'scope.OS-INHERIT:inherited_to'];
  const userId = user === undefined ? undefined : parseUserId(user);
  const projectId = project === undefined ? undefined : parseProjectId(project);
  const roleName = role === undefined ? undefined : findRole(role);
  const unknown = [
    user !== undefined && userId === undefined,
    project !== undefined && projectId === undefined,
    role !== undefined && roleName === undefined,
  ];
  return {
    userId,
    group,
    projectId,
    role: roleName,
    effective,
    withNames: parseFlag(query.get('include_names')) ?? false,
    /** Nothing can match: roles are given to users and groups in projects alone. */
    never: elsewhere.some((name) => query.has(name)) || unknown.includes(true),
  };
}

function rightsFor(
  wish: { userId?: UserId | undefined; projectId?: ProjectId | undefined },
  actor: Actor,
): readonly Permission[] {
  const { userId, projectId } = wish;
  if (actor.kind === 'user' && userId === actor.userId) {
    return [{ action: 'identity.users.listProjects', user: userId }];
  }
  if (projectId !== undefined && projectId === ownProject(actor)) {
    return [{ action: 'identity.members.list', project: projectId }];
  }
  return [{ action: 'identity.roles.list', service: true }];
}

export const listRoleAssignments = operation({
  name: 'ListRoleAssignments',
  route: {
    methods: ['GET', 'HEAD'],
    path: '/v3/role_assignments',
    policy: 'identity:list_role_assignments',
  },
  body: noBody,
  parse: parseFilter,
  authorize: rightsFor,
  run: async ({ core, input }) => {
    const found = input.never ? [] : await findAssignments(core, input);
    return { found, names: input.withNames ? await namesOfAssignments(core, found) : undefined };
  },
  reply: ({ found, names }, _filter, view) =>
    json(200, {
      role_assignments: found.map((one) => assignmentDocument(one, names, view.publicUrl)),
      links: listLinks(selfUrl(view)),
    }),
});
