/** Owns who is asking: the bearer of a token, or nobody; and what a refusal for want of one asks for. */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import type { Actor } from '../../core/actor.ts';
import type { Core } from '../../core/core.ts';
import { actorOfToken } from '../../core/identity/authenticate.ts';
import { type Authenticated, plainBody } from '../protocol.ts';
import type { SwiftOperation } from './swift-operation.ts';
import { accountInPath } from './target.ts';
import { holderOfTempUrl, signedAddress } from './temp-url.ts';
import type { SwiftView } from './view.ts';

/**
 * The bearer of the token; nobody without one, who may still be let in by a grant to all. A wrong token is refused even where
 * none is needed (DESIGN 12). @throws CoreError Unauthenticated
 */
export async function authenticate(
  core: Core,
  view: SwiftView,
  operation: SwiftOperation,
): Promise<Authenticated> {
  const { request } = view;
  const referrer = request.header('referer');
  const known = await actorOf(core, view, operation);
  // Read ACLs may ask which page a request comes from.
  const actor: Actor = referrer === undefined ? known : { ...known, referrer };
  view.admit(core, actor);
  return { actor, decodeBody: (raw) => plainBody(raw, request.contentLength) };
}

async function actorOf(core: Core, view: SwiftView, operation: SwiftOperation): Promise<Actor> {
  const { request } = view;
  const anonymous: Actor = { kind: 'anonymous', address: request.address };
  if (operation.public) return anonymous;
  if (signedAddress(view)) return holderOfTempUrl(core, view);
  const token = tokenOf(request);
  return token === undefined ? anonymous : actorOfToken(core, token, request.address);
}

/** By either of its names; undefined when there is none. */
function tokenOf(request: RequestView): string | undefined {
  return request.header('x-auth-token') || request.header('x-storage-token') || undefined;
}

/** What a 401 asks for: swiftclient reads the first challenge, keystoneauth the second. v1 auth itself has one only. */
export function challenge(request: RequestView, baseUrl: string): ReplyHeaders {
  const account = accountInPath(request.path).replace(/[^\w%.~-]/g, '?');
  if (account === '') return { 'Www-Authenticate': 'Swift realm="unknown"' };
  return { 'Www-Authenticate': [`Swift realm="${account}"`, `Keystone uri="${baseUrl}/identity/v3"`] };
}
