/** DeactivateSession: DELETE /kos/v1/sessions/deactivate/{sessionToken} (reference 10.6): over at once, on every worker. */
import { deactivateKosSession } from '../../../core/identity/kos-sessions.ts';
import { noBody } from '../../operation.ts';
import { operation } from '../request.ts';
import { sessionOfPath } from '../session-document.ts';

export const deactivateSession = operation({
  name: 'DeactivateSession',
  route: { methods: ['DELETE'], path: '/kos/v1/sessions/deactivate/:sessionToken' },
  document: { summary: 'Ends a session', success: { status: 204 }, refusals: [401, 404] },
  body: noBody,
  parse: sessionOfPath,
  authorize: 'public',
  run: ({ core, input }) => deactivateKosSession(core, input),
  reply: () => ({ status: 204 }),
});
