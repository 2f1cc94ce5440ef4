/**
 * ActivateSession: POST /kos/v1/sessions/activate (reference 10.6). The pair in the body is the proof; the account is named beside it, or
 * follows from another proof.
 */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { isCoreError } from '../../../core/errors.ts';
import { activateKosSession } from '../../../core/identity/kos-sessions.ts';
import { accountOfOpenCall } from '../authentication.ts';
import { KosError } from '../errors.ts';
import { jsonBody } from '../json-body.ts';
import { operation } from '../request.ts';
import { activatedSession, activatedSessionSchema } from '../session-document.ts';

const schema = Type.Object({
  accessKey: Type.String({ minLength: 1 }),
  secretKey: Type.String({ minLength: 1 }),
});

/** In words that say which proof was wrong: the caller has just given it. */
function explained(error: unknown): unknown {
  if (isCoreError(error, 'Unauthenticated')) {
    return new KosError(401, 'accessKey and secretKey are no pair that holds');
  }
  return isCoreError(error, 'AccessDenied')
    ? new KosError(403, 'the access key is of another account')
    : error;
}

export const activateSession = operation({
  name: 'ActivateSession',
  route: { methods: ['POST'], path: '/kos/v1/sessions/activate' },
  document: {
    summary: 'Opens the one session of an S3 access key pair; the one before is over',
    body: { schema },
    success: { status: 200, schema: activatedSessionSchema },
    refusals: [400, 401, 403],
  },
  body: jsonBody(schema),
  parse: (view) => view,
  authorize: 'public',
  run: async ({ core, input, body: { accessKey: access, secretKey: secret } }) => {
    const project = await accountOfOpenCall(core, input);
    try {
      return await activateKosSession(core, { access, secret, project });
    } catch (error) {
      throw explained(error);
    }
  },
  reply: (session) => json(200, activatedSession(session)),
});
