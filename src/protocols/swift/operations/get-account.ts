/** GET /v1/{account}: the containers of a project. */
import { projectUsage } from '../../../core/buckets/project.ts';
import { noBody } from '../../operation.ts';
import { accountHeaders, listAccount } from '../account.ts';
import { listingReply } from '../listing-documents.ts';
import { listingFormat, listingQuery } from '../listing-query.ts';
import { swiftOperation } from '../swift-operation.ts';

export const getAccount = swiftOperation({
  name: 'GetAccount',
  route: { scope: 'account', method: 'GET' },
  body: noBody,
  parse: (view) => ({
    project: view.project(),
    format: listingFormat(view.request),
    query: listingQuery(view.request),
  }),
  authorize: ({ project }) => [{ action: 'storage.buckets.list', project }],
  run: async ({ core, input }) => ({
    usage: await projectUsage(core, input.project),
    items: await listAccount(core, input.project, input.query),
  }),
  reply: ({ usage, items }, { format }, { target }) =>
    listingReply(format, accountHeaders(usage), { of: 'account', name: target.account, items }),
});
