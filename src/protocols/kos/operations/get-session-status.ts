/** GetSessionStatus: GET /kos/v1/sessions/status/{sessionToken} (reference 10.6); of an expired session too. */
import { json } from '../../../base/http/reply.ts';
import { kosSessionStatus } from '../../../core/identity/kos-sessions.ts';
import { noBody } from '../../operation.ts';
import { operation } from '../request.ts';
import { sessionOfPath, sessionStatus, sessionStatusSchema } from '../session-document.ts';

export const getSessionStatus = operation({
  name: 'GetSessionStatus',
  route: { methods: ['GET'], path: '/kos/v1/sessions/status/:sessionToken' },
  document: {
    summary: 'Whether a session is active, and until when',
    success: { status: 200, schema: sessionStatusSchema },
    refusals: [401, 404],
  },
  body: noBody,
  parse: sessionOfPath,
  authorize: 'public',
  run: ({ core, input }) => kosSessionStatus(core, input),
  reply: (status) => json(200, sessionStatus(status)),
});
