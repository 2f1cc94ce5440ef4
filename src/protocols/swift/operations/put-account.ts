/**
 * PUT and DELETE /v1/{account}: projects come and go by the identity API, so nobody may do it here (403). A service
 * administrator, who stands where Swift's reseller administrator does, is told that it cannot be done at all (405), as by a
 * Swift without account management.
 */
import { CoreError } from '../../../core/errors.ts';
import { noBody } from '../../operation.ts';
import { refusePage } from '../errors.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';

function accountManagement(name: string, method: 'PUT' | 'DELETE') {
  return swiftOperation({
    name,
    route: { scope: 'account', method },
    body: noBody,
    parse: ({ target }) => ({ account: target.account }),
    authorize: 'in-run',
    async run({ actor, input }) {
      if (actor.kind === 'user' && actor.serviceAdmin) {
        throw refusePage(405, { Allow: 'HEAD, GET, POST, OPTIONS' });
      }
      throw new CoreError('AccessDenied', {
        action: 'storage.projects.update',
        resource: input.account.slice(0, 300),
        anonymous: actor.kind === 'anonymous',
        reason: 'accounts are managed by the identity API',
      });
    },
    reply: () => empty(204),
  });
}

export const putAccount = accountManagement('PutAccount', 'PUT');
export const deleteAccount = accountManagement('DeleteAccount', 'DELETE');
