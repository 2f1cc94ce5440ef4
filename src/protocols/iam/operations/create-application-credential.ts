/**
 * POST /v3/users/{id}/application_credentials: a new IAM access key for the token's project, its secret shown this once.
 * Administrators make keys of others too, and name the project (`project_id`) where it is not their token's.
 * Keys carry all roles of their user; one with fewer, or with access rules, is refused rather than made with more rights.
 */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import type { ProjectRole } from '../../../core/access/roles.ts';
import { CoreError } from '../../../core/errors.ts';
import { projectOfNewKey } from '../../../core/identity/administration.ts';
import { createIamKey } from '../../../core/identity/iam-keys.ts';
import { rolesIn } from '../../../core/identity/memberships.ts';
import { applicationCredential } from '../documents/keys.ts';
import { roleReference } from '../documents/roles.ts';
import { IamError } from '../errors.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { operation, userOf, userOfPath } from '../request.ts';

const roleSchema = Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) });
const schema = Type.Object({
  application_credential: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255 }),
    project_id: Type.Optional(Type.String()),
    secret: Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Null()])),
    description: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    expires_at: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    roles: Type.Optional(Type.Array(roleSchema)),
    unrestricted: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    access_rules: Type.Optional(Type.Array(Type.Unknown())),
  }),
});
type Wish = Type.Static<typeof schema>['application_credential'];

/** Milliseconds; a time without a zone is UTC, as Keystone takes it. @throws IamError 400 */
function parseExpiry(text: string, now: number): number {
  const iso = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  const time = iso === null ? Number.NaN : Date.parse(iso[3] === undefined ? `${text}Z` : text);
  if (Number.isNaN(time)) throw new IamError(400, 'Invalid input for field expires_at: not a time.');
  if (time <= now) throw new IamError(400, 'Invalid input for field expires_at: the time has passed.');
  return time;
}

/** @throws CoreError NotImplemented */
function refuseNarrowing(wish: Wish, roles: readonly ProjectRole[]): void {
  if ((wish.access_rules ?? []).length > 0) throw new CoreError('NotImplemented', { what: 'access rules' });
  if (wish.roles === undefined || wish.roles.length === 0) return;
  const wanted = wish.roles;
  const all = roles
    .map(roleReference)
    .every((role) => wanted.some(({ id, name }) => id === role.id || name === role.name));
  if (!all) throw new CoreError('NotImplemented', { what: 'application credentials with fewer roles' });
}

export const createApplicationCredential = operation({
  name: 'CreateApplicationCredential',
  route: {
    methods: ['POST'],
    path: '/v3/users/:user/application_credentials',
    policy: 'identity:create_application_credential',
  },
  body: jsonBody(schema),
  parse(view) {
    requireJson(view);
    return userOfPath(view);
  },
  // Who may depends on whose key it is.
  authorize: 'in-run',
  run: async ({ core, actor, input, body }) => {
    const own = userOf(actor);
    const wish = body.application_credential;
    const projectId = await projectOfNewKey(core, own, input, {
      project: wish.project_id,
      owners: 'anybody',
    });
    const roles = own.userId === input ? own.roles : await rolesIn(core, input, projectId);
    refuseNarrowing(wish, roles);
    const expiry = wish.expires_at ?? undefined;
    const issued = await createIamKey(core, {
      userId: input,
      projectId,
      name: wish.name,
      description: wish.description ?? '',
      ...(expiry === undefined ? {} : { expiresAt: parseExpiry(expiry, core.clock()) }),
      ...(wish.secret === undefined || wish.secret === null ? {} : { secret: wish.secret }),
    });
    return { ...issued, roles };
  },
  resource: (body, output) => ({
    type: 'IamAccessKey',
    name: body.application_credential.name,
    id: output?.key.id,
  }),
  reply: ({ key, secret, roles }, _user, { publicUrl }) =>
    json(201, { application_credential: applicationCredential(key, roles, publicUrl, secret) }),
});
