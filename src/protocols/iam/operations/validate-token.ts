/** GET and HEAD /v3/auth/tokens: what a token is worth, for its owner or a service administrator (reference 2.2). */
import { json } from '../../../base/http/reply.ts';
import { tokenFacts } from '../../../core/identity/issue-token.ts';
import { noBody } from '../../operation.ts';
import { tokenDocument } from '../documents/token.ts';
import { operation } from '../request.ts';
import { openSubject, parseSubject } from '../subject-token.ts';

export const validateToken = operation({
  name: 'ValidateToken',
  route: { methods: ['GET', 'HEAD'], path: '/v3/auth/tokens', policy: 'identity:validate_token' },
  body: noBody,
  parse: (view) => ({ subject: parseSubject(view), withCatalog: !view.request.query.has('nocatalog') }),
  authorize: 'in-run',
  run: async ({ core, actor, input }) =>
    tokenFacts(core, await openSubject(core, actor, input.subject, 'identity.tokens.validate')),
  reply: (facts, { subject, withCatalog }, view) =>
    json(200, tokenDocument(facts, withCatalog ? view : undefined), { 'X-Subject-Token': subject?.token }),
});
