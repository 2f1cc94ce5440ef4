/**
 * OpenStack Swift in two dialects: KakaoCloud's at `/v1/{project}`, upstream's at `/v1/AUTH_{project}`, with v1 auth, `/info` and
 * `/healthcheck` (DESIGN 6; reference, section 6; wire page, section 2).
 */
import type { RequestView } from '../../base/http/request-view.ts';
import type { EventResource } from '../../core/trail/event.ts';
import { callOf, type Protocol } from '../protocol.ts';
import { authenticate, challenge } from './authentication.ts';
import { swiftCorsDoor } from './cors.ts';
import { dialectOf, projectOf } from './dialect.ts';
import { renderFailure } from './errors.ts';
import { refuseNotYet } from './not-yet.ts';
import { operations } from './operations/index.ts';
import { compileRoutes } from './routing.ts';
import { hideKeys } from './secret-headers.ts';
import { accountInPath } from './target.ts';
import { signedAddress, tempUrlReply, usesTempUrl, withoutMetadata } from './temp-url.ts';
import { timestamp } from './times.ts';
import { SwiftView } from './view.ts';

export interface SwiftSettings {
  /** How clients reach us; by default as the request's Host says. */
  readonly publicUrl?: string;
  /** As every front-end is told; nothing in Swift names a region. */
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
      const call = callOf(view, operation, authenticate, resourceOf);
      return {
        ...call,
        prepare() {
          refuseNotYet(view);
          const prepared = call.prepare();
          return {
            authorize: (core, actor) => prepared.authorize(core, actor),
            async run(context) {
              const reply = await prepared.run(context);
              if (signedAddress(view)) return tempUrlReply(view, reply);
              return hideKeys(context.core, context.actor, view, reply);
            },
          };
        },
      };
    },
    renderError(failure, request) {
      const reply = renderFailure(failure, request, challenge(request, baseUrl(request)));
      return usesTempUrl(request) ? { ...reply, headers: withoutMetadata(reply.headers) } : reply;
    },
    cors: swiftCorsDoor,
    commonHeaders(request) {
      const id = transactionId(request);
      const account = accountInPath(request.path);
      const { timestampEverywhere } = dialectOf(account);
      return {
        'X-Trans-Id': id,
        'X-Openstack-Request-Id': id,
        'X-Timestamp': account !== '' && timestampEverywhere ? timestamp(request.receivedAt) : undefined,
      };
    },
  };
}

function resourceOf({ target }: SwiftView): EventResource | undefined {
  const { scope, account, container, object } = target;
  const project = projectOf(account);
  if (scope === 'object') return { type: 'Object', name: object, bucket: container, project };
  if (scope === 'container') return { type: 'Bucket', name: container, project };
  return scope === 'account' ? { type: 'Project', name: account, id: project, project } : undefined;
}

/** `tx`, 21 hex digits, `-`, and the second of the request in 10 hex digits. */
function transactionId({ requestId, receivedAt }: RequestView): string {
  const second = Math.floor(receivedAt / 1000)
    .toString(16)
    .padStart(10, '0');
  return `tx${requestId.slice(0, 21)}-${second}`;
}
