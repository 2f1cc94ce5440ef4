/** RefreshSession: POST /kos/v1/sessions/refresh/{sessionToken} (reference 10.6). A refresh token used twice ends the session. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { isCoreError } from '../../../core/errors.ts';
import { refreshKosSession } from '../../../core/identity/kos-sessions.ts';
import { KosError } from '../errors.ts';
import { jsonBody } from '../json-body.ts';
import { operation } from '../request.ts';
import { refreshedSession, refreshedSessionSchema, sessionOfPath } from '../session-document.ts';

const schema = Type.Object({ refreshToken: Type.String({ minLength: 1 }) });

export const refreshSession = operation({
  name: 'RefreshSession',
  route: { methods: ['POST'], path: '/kos/v1/sessions/refresh/:sessionToken' },
  document: {
    summary: 'Gives a session new tokens and a new term; the old tokens are void',
    body: { schema },
    success: { status: 200, schema: refreshedSessionSchema },
    refusals: [400, 401, 404],
  },
  body: jsonBody(schema),
  parse: sessionOfPath,
  authorize: 'public',
  run: async ({ core, input, body }) => {
    try {
      return await refreshKosSession(core, input, body.refreshToken);
    } catch (error) {
      if (!isCoreError(error, 'Unauthenticated')) throw error;
      throw new KosError(401, 'the refresh token is wrong or used, or the session has expired');
    }
  },
  reply: (session) => json(200, refreshedSession(session)),
});
