/** Who calls a protocol that knows `X-Auth-Token` and nothing else. */
import type { RequestView } from '../base/http/request-view.ts';
import type { Core } from '../core/core.ts';
import { CoreError } from '../core/errors.ts';
import { actorOfToken } from '../core/identity/authenticate.ts';
import { type Authenticated, plainBody } from './protocol.ts';

/**
 * The bearer of the request's token; nobody, whatever token there is, for operations open to all: they are there to get one.
 * @throws CoreError Unauthenticated
 */
export async function tokenBearer(
  core: Core,
  { request }: { readonly request: RequestView },
  operation: { readonly public: boolean },
): Promise<Authenticated> {
  const decodeBody: Authenticated['decodeBody'] = (raw) => plainBody(raw, request.contentLength);
  if (operation.public) return { actor: { kind: 'anonymous', address: request.address }, decodeBody };
  const token = request.header('x-auth-token')?.trim() ?? '';
  if (token === '') throw new CoreError('Unauthenticated', { reason: 'no X-Auth-Token' });
  return { actor: await actorOfToken(core, token, request.address), decodeBody };
}
