/** HEAD /v1/{account}: counts and metadata of a project. */
import { projectUsage } from '../../../core/buckets/project.ts';
import { noBody } from '../../operation.ts';
import { accountHeaders } from '../account.ts';
import { listingFormat } from '../listing-query.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';

export const headAccount = swiftOperation({
  name: 'HeadAccount',
  route: { scope: 'account', method: 'HEAD' },
  body: noBody,
  parse: (view) => ({ project: view.project(), format: listingFormat(view.request) }),
  authorize: ({ project }) => [{ action: 'storage.buckets.list', project }],
  run: ({ core, input }) => projectUsage(core, input.project),
  reply: (usage, { format }) => empty(204, { ...accountHeaders(usage), ...format.headers }),
});
