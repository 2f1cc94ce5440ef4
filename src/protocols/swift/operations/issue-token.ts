/** GET /auth/v1.0: Swift's own old authentication, by `project:user` and password, for clients that know nothing newer. */
import { CoreError } from '../../../core/errors.ts';
import { inDefaultDomain } from '../../../core/identity/domains.ts';
import { issueTokenByPassword } from '../../../core/identity/issue-token.ts';
import { noBody } from '../../operation.ts';
import { upstreamAccount } from '../dialect.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';
import type { SwiftView } from '../view.ts';

interface Login {
  readonly project: string;
  readonly user: string;
  readonly password: string;
}

/** Project names have no colon; passwords and user names may. @throws CoreError Unauthenticated */
function parseLogin({ request }: SwiftView): Login {
  const login = request.headerText('x-auth-user') ?? request.headerText('x-storage-user') ?? '';
  const password = request.headerText('x-auth-key') ?? request.headerText('x-storage-pass');
  const [, project, user] = /^([^:]+):(.+)$/s.exec(login) ?? [];
  if (project === undefined || user === undefined || password === undefined)
    throw new CoreError('Unauthenticated', { reason: 'not project:user and a password' });
  return { project, user, password };
}

export const issueToken = swiftOperation({
  name: 'IssueToken',
  route: { path: '/auth/v1.0', method: 'GET' },
  body: noBody,
  parse: parseLogin,
  authorize: 'public',
  async run({ core, input }) {
    const { token, claims, project } = await issueTokenByPassword(core, {
      user: { name: input.user, domain: inDefaultDomain },
      password: input.password,
      project: { name: input.project, domain: inDefaultDomain },
    });
    if (project === undefined) throw new CoreError('Unauthenticated', { reason: 'no project' });
    return { token, project, seconds: Math.floor((claims.expiresAt - core.clock()) / 1000) };
  },
  reply: ({ token, project, seconds }, _input, { baseUrl }) =>
    empty(200, {
      'X-Auth-Token': token,
      'X-Storage-Token': token,
      'X-Auth-Token-Expires': seconds,
      'X-Storage-Url': `${baseUrl}/v1/${upstreamAccount(project.id)}`,
    }),
});
