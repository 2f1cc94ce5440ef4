/**
 * PATCH /v3/projects/{id}: name and description, also by the project's own administrators; enabling and disabling is for
 * service administrators, as nobody of a disabled project could undo it.
 */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { authorize } from '../../../core/access/authorize.ts';
import { updateProject as update } from '../../../core/identity/projects.ts';
import { projectDocument } from '../documents/projects.ts';
import { IamError } from '../errors.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { operation, projectOfPath } from '../request.ts';

const text = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const schema = Type.Object({
  project: Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    description: text,
    enabled: Type.Optional(Type.Boolean()),
    domain_id: text,
    parent_id: text,
  }),
});

export const updateProject = operation({
  name: 'UpdateProject',
  route: { methods: ['PATCH'], path: '/v3/projects/:project', policy: 'identity:update_project' },
  body: jsonBody(schema),
  parse(view) {
    requireJson(view);
    return projectOfPath(view);
  },
  authorize: (project) => [{ action: 'identity.projects.update', project }],
  run: async ({ core, actor, input, body: { project } }) => {
    const { name, description, enabled, domain_id, parent_id } = project;
    if ((domain_id ?? 'default') !== 'default' || (parent_id ?? 'default') !== 'default') {
      throw new IamError(400, 'Invalid input for field parent_id: a project stands in its domain alone.');
    }
    if (enabled !== undefined) {
      await authorize(core, actor, [{ action: 'identity.projects.delete', service: true }]);
    }
    return update(core, input, {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description: description ?? '' }),
      ...(enabled === undefined ? {} : { enabled }),
    });
  },
  reply: (project, _input, { publicUrl }) => json(200, { project: projectDocument(project, publicUrl) }),
});
