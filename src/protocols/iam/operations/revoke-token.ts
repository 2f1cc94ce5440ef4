/** DELETE /v3/auth/tokens: the token is dead at once, everywhere. */
import { revokeToken as revoke } from '../../../core/identity/revoke-token.ts';
import { noBody } from '../../operation.ts';
import { operation } from '../request.ts';
import { openSubject, parseSubject } from '../subject-token.ts';

export const revokeToken = operation({
  name: 'RevokeToken',
  route: { methods: ['DELETE'], path: '/v3/auth/tokens', policy: 'identity:revoke_token' },
  body: noBody,
  parse: parseSubject,
  authorize: 'in-run',
  run: async ({ core, actor, input }) => {
    const { claims } = await openSubject(core, actor, input, 'identity.tokens.revoke');
    await revoke(core, claims);
  },
  reply: () => ({ status: 204 }),
});
