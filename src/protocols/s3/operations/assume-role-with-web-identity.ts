/**
 * AssumeRoleWithWebIdentity: POST / of KakaoCloud's S3 API and of AWS's security token service (reference 7.2): temporary S3
 * credentials for an API token. The token in the body is the proof, so no signature is asked for.
 */
import type { Reply } from '../../../base/http/reply.ts';
import type { Core } from '../../../core/core.ts';
import { CoreError } from '../../../core/errors.ts';
import { startSession } from '../../../core/identity/sessions.ts';
import { documentBody } from '../../operation.ts';
import { s3Operation } from '../define-operation.ts';
import { readStsRequest, StsError, stsErrorReply, stsReply } from '../documents/sts.ts';

/** A token, a policy that is refused, and names. */
const maxBytes = 64 * 1024;

async function assume(
  core: Core,
  bytes: Buffer,
  contentType: string | undefined,
  requestId: string,
): Promise<Reply> {
  try {
    const request = readStsRequest(bytes, contentType);
    return stsReply(await startSession(core, request.token, request.seconds), request, requestId);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return stsErrorReply(refusal, requestId);
  }
}

function refusalOf(error: unknown): StsError | undefined {
  if (error instanceof StsError) return error;
  if (!(error instanceof CoreError)) return undefined;
  if (error.code === 'Unauthenticated') {
    return new StsError(401, 'InvalidIdentityToken', 'The web identity token is not valid.');
  }
  if (error.code === 'AccessDenied') {
    return new StsError(403, 'InvalidIdentityToken', 'The web identity token is not for a project.');
  }
  return undefined;
}

export const assumeRoleWithWebIdentity = s3Operation({
  name: 'AssumeRoleWithWebIdentity',
  route: { method: 'POST', scope: 'service' },
  body: documentBody(maxBytes, (bytes) => bytes),
  parse: ({ request }) => ({ contentType: request.header('content-type'), requestId: request.requestId }),
  authorize: 'public',
  run: ({ core, input, body }) => assume(core, body, input.contentType, input.requestId),
  reply: (reply) => reply,
});
