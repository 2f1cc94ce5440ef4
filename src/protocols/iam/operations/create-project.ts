/** POST /v3/projects: a project of the default domain; projects have no projects below them. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { createProject as create } from '../../../core/identity/projects.ts';
import { projectDocument } from '../documents/projects.ts';
import { domainOfBody } from '../domain-of-body.ts';
import { IamError } from '../errors.ts';
import { jsonBody, requireJson } from '../json-body.ts';
import { operation } from '../request.ts';

const text = Type.Optional(Type.Union([Type.String(), Type.Null()]));
const schema = Type.Object({
  project: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 255 }),
    description: text,
    enabled: Type.Optional(Type.Boolean()),
    domain_id: text,
    parent_id: text,
    is_domain: Type.Optional(Type.Boolean()),
    /** Krutrim's, of ten digits; ours beside Keystone's attributes. */
    account_number: Type.Optional(Type.String()),
  }),
});

export const createProject = operation({
  name: 'CreateProject',
  route: { methods: ['POST'], path: '/v3/projects', policy: 'identity:create_project' },
  body: jsonBody(schema),
  parse: requireJson,
  authorize: () => [{ action: 'identity.projects.create', service: true }],
  run: async ({ core, body: { project } }) => {
    const { name, description, enabled, account_number } = project;
    const domainId = await domainOfBody(core, project.domain_id);
    const below = project.parent_id ?? domainId;
    if (below !== domainId || project.is_domain === true) {
      throw new IamError(400, 'Invalid input for field parent_id: a project stands in its domain alone.');
    }
    return create(core, {
      name,
      domainId,
      description: description ?? '',
      ...(enabled === undefined ? {} : { enabled }),
      ...(account_number === undefined ? {} : { accountNumber: account_number }),
    });
  },
  resource: ({ project }, made) => ({ type: 'Project', name: project.name, id: made?.id }),
  reply: (project, _input, { publicUrl }) => json(201, { project: projectDocument(project, publicUrl) }),
});
