/**
 * OpenStack Swift in two dialects: KakaoCloud's at `/v1/{project}`, upstream's at `/v1/AUTH_{project}`, with v1 auth, `/info` and
 * `/healthcheck` (DESIGN 6; reference, section 6; wire page, section 2).
 */
import type { RequestView } from '../../base/http/request-view.ts';
import type { Actor } from '../../core/actor.ts';
import type { Core } from '../../core/core.ts';
import { actorOfToken } from '../../core/identity/authenticate.ts';
import { type Authenticated, callOf, type Protocol, plainBody } from '../protocol.ts';
import { dialectOf } from './dialect.ts';
import { renderFailure, tokenOf } from './errors.ts';
import { refuseNotYet } from './not-yet.ts';
import { operations } from './operations/index.ts';
import { compileRoutes } from './routing.ts';
import type { SwiftOperation } from './swift-operation.ts';
import { timestamp } from './times.ts';
import { SwiftView } from './view.ts';

export interface SwiftSettings {
  /** How clients reach us; by default as the request's Host says. */
  readonly publicUrl?: string;
  readonly region: string;
}

const fixedPaths = ['/v1', '/auth/v1.0', '/auth/v1.0/', '/info', '/healthcheck'];

export function createSwift(settings: SwiftSettings): Protocol {
  const resolve = compileRoutes(operations);
  const baseUrl = (request: RequestView) => settings.publicUrl ?? request.origin;
  return {
    name: 'swift',
    operationNames: operations.map(({ name }) => name),
    owns: ({ path }) => fixedPaths.includes(path) || path.startsWith('/v1/'),
    resolve(request) {
      const { operation, target } = resolve(request);
      const view = new SwiftView(request, target, baseUrl(request));
      const call = callOf(view, operation, authenticate);
      return {
        ...call,
        prepare() {
          refuseNotYet(view);
          return call.prepare();
        },
      };
    },
    renderError: (failure, request) => renderFailure(failure, request, challenge(request, baseUrl(request))),
    commonHeaders(request) {
      const id = transactionId(request);
      const account = accountOf(request);
      const { timestampEverywhere } = dialectOf(account);
      return {
        'X-Trans-Id': id,
        'X-Openstack-Request-Id': id,
        'X-Timestamp': account !== '' && timestampEverywhere ? timestamp(request.receivedAt) : undefined,
      };
    },
  };
}

/**
 * The bearer of the token; nobody without one, who may still be let in by a grant to all. A wrong token is refused even where
 * none is needed (DESIGN 12). @throws CoreError Unauthenticated
 */
async function authenticate(core: Core, view: SwiftView, operation: SwiftOperation): Promise<Authenticated> {
  const { request } = view;
  const token = operation.public ? undefined : tokenOf(request);
  const actor: Actor =
    token === undefined
      ? { kind: 'anonymous', address: request.address }
      : await actorOfToken(core, token, request.address);
  view.admit(core, actor);
  return { actor, decodeBody: (raw) => plainBody(raw, request.contentLength) };
}

/** The account as the path spells it; '' where there is none. */
function accountOf({ path }: RequestView): string {
  return /^\/v1\/([^/]+)/.exec(path)?.[1] ?? '';
}

/** What a 401 asks for: swiftclient reads the first, keystoneauth the second. */
function challenge(request: RequestView, baseUrl: string) {
  const account = accountOf(request).replace(/[^\w%.~-]/g, '?');
  if (account === '') return { 'Www-Authenticate': 'Swift realm="unknown"' };
  return { 'Www-Authenticate': [`Swift realm="${account}"`, `Keystone uri="${baseUrl}/identity/v3"`] };
}

/** `tx`, 21 hex digits, `-`, and the second of the request in 10 hex digits. */
function transactionId({ requestId, receivedAt }: RequestView): string {
  const second = Math.floor(receivedAt / 1000)
    .toString(16)
    .padStart(10, '0');
  return `tx${requestId.slice(0, 21)}-${second}`;
}
