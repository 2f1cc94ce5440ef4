/** POST /v3/auth/tokens: a token by an IAM access key, a password, or another token (reference 2.1). */
import { json } from '../../../base/http/reply.ts';
import type { Core } from '../../../core/core.ts';
import {
  type IssuedToken,
  issueTokenByIamKey,
  issueTokenByPassword,
  issueTokenByToken,
} from '../../../core/identity/issue-token.ts';
import { parseTokenRequest, type TokenRequest } from '../auth-request.ts';
import { tokenDocument } from '../documents/token.ts';
import { jsonObjectBody, requireJson } from '../json-body.ts';
import { operation } from '../request.ts';

function issue(core: Core, request: TokenRequest): Promise<IssuedToken> {
  switch (request.method) {
    case 'application_credential':
      return issueTokenByIamKey(core, request);
    case 'password':
      return issueTokenByPassword(core, request);
    case 'token':
      return issueTokenByToken(core, request);
  }
}

export const issueToken = operation({
  name: 'IssueToken',
  route: {
    methods: ['POST'],
    path: '/v3/auth/tokens',
    policy: 'Using a delegated token to create another token is not allowed.',
  },
  body: jsonObjectBody,
  parse(view) {
    requireJson(view);
    return { withCatalog: !view.request.query.has('nocatalog') };
  },
  authorize: 'public',
  run: ({ core, body }) => issue(core, parseTokenRequest(body)),
  reply: (issued, { withCatalog }, view) =>
    json(201, tokenDocument(issued, withCatalog ? view : undefined), { 'X-Subject-Token': issued.token }),
});
