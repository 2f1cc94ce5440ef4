/**
 * The identity service: the subset of Keystone v3 that storage clients use, at `/identity/v3` and `/v3` (reference, section 2;
 * wire page, section 1). Swift's older way to a token, `/auth/v1.0`, is the Swift front-end's.
 */
import type { RequestView } from '../../base/http/request-view.ts';
import { dashed } from '../../base/uuid.ts';
import { callOf, type Protocol } from '../protocol.ts';
import { tokenBearer } from '../token-bearer.ts';
import { describeMethodsName } from './describe-methods.ts';
import { renderError } from './errors.ts';
import { fixed } from './fixed.ts';
import { notYet } from './not-yet.ts';
import { operations } from './operations/index.ts';
import { resourceOfPath } from './resource.ts';
import { compileRoutes, isIdentityPath } from './routing.ts';

export interface IamSettings {
  /** How clients reach us; by default as the request's Host says. */
  readonly publicUrl?: string;
  /** Every region we answer for, e.g. `kr-central-2`, our own first. */
  readonly regions: readonly string[];
}

export function createIam({ publicUrl, regions }: IamSettings): Protocol {
  const all = [...operations, ...fixed, ...notYet];
  const publicUrlOf = (request: RequestView) => (publicUrl ?? request.origin).replace(/\/+$/, '');
  const { resolve, policyOf } = compileRoutes(all, (request) => ({
    publicUrl: publicUrlOf(request),
    regions,
  }));
  return {
    name: 'iam',
    operationNames: [...all.map(({ name }) => name), describeMethodsName],
    owns: isIdentityPath,
    resolve(request) {
      const { operation, view } = resolve(request);
      return callOf(view, operation, tokenBearer, resourceOfPath);
    },
    renderError: (error, request) =>
      renderError(error, {
        policy: policyOf(request),
        identityUrl: `${publicUrlOf(request)}/identity/v3`,
      }),
    commonHeaders: ({ requestId }) => ({
      Vary: 'X-Auth-Token',
      'x-openstack-request-id': `req-${dashed(requestId)}`,
    }),
  };
}
