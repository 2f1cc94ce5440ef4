/**
 * PUT /v3/projects/{id}/mfa_delete: whether deleting the project's buckets and access keys takes a one-time password (Krutrim's `otp`).
 * For the project's administrators, with a code of their own.
 */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { setMfaDelete as set } from '../../../core/identity/mfa-delete.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { operation, projectOfPath, userOf } from '../request.ts';

const schema = Type.Object({
  mfa_delete: Type.Object({ enabled: Type.Boolean(), passcode: Type.String() }),
});

export const setMfaDelete = operation({
  name: 'SetMfaDelete',
  route: { methods: ['PUT'], path: '/v3/projects/:project/mfa_delete', policy: 'identity:update_mfa_delete' },
  body: jsonBody(schema),
  parse(view) {
    requireJson(view);
    return projectOfPath(view);
  },
  authorize: (project) => [{ action: 'identity.projects.update', project }],
  run: async ({ core, actor, input, body: { mfa_delete: wish } }) =>
    set(core, userOf(actor), { project: input, enabled: wish.enabled, otp: wish.passcode }),
  reply: ({ mfaDelete = false }) => json(200, { mfa_delete: { enabled: mfaDelete } }),
});
