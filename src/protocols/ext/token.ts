/** Who calls the Extension: the bearer of an X-Auth-Token, and nobody else. */
import type { Core } from '../../core/core.ts';
import { CoreError } from '../../core/errors.ts';
import { actorOfToken } from '../../core/identity/authenticate.ts';
import { type Authenticated, plainBody } from '../protocol.ts';
import type { ExtOperation, ExtView } from './request.ts';

/** @throws CoreError Unauthenticated, except for operations open to all (preflights). */
export async function authenticate(
  core: Core,
  { request }: ExtView,
  operation: ExtOperation,
): Promise<Authenticated> {
  const decodeBody: Authenticated['decodeBody'] = (raw) => plainBody(raw, request.contentLength);
  if (operation.public) return { actor: { kind: 'anonymous', address: request.address }, decodeBody };
  const token = request.header('x-auth-token')?.trim() ?? '';
  if (token === '') throw new CoreError('Unauthenticated', { reason: 'no X-Auth-Token' });
  return { actor: await actorOfToken(core, token, request.address), decodeBody };
}
