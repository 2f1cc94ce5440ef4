/** GET /v1/{account}/{container}: the objects of a container. */
import { getBucket } from '../../../core/buckets/get.ts';
import { noBody } from '../../operation.ts';
import { containerHeaders } from '../container-headers.ts';
import { listingReply } from '../listing-documents.ts';
import { listingFormat, listingQuery } from '../listing-query.ts';
import { listContainer, prefixOf } from '../object-listing.ts';
import { swiftOperation } from '../swift-operation.ts';

export const getContainer = swiftOperation({
  name: 'GetContainer',
  route: { scope: 'container', method: 'GET' },
  body: noBody,
  parse: (view) => ({
    project: view.project(),
    bucket: view.container(),
    format: listingFormat(view.request),
    query: listingQuery(view.request),
  }),
  authorize: ({ bucket, project, query }) => [
    { action: 'storage.objects.list', bucket, project, prefix: prefixOf(query) },
  ],
  run: async ({ core, actor, input }) => ({
    headers: containerHeaders(actor, await getBucket(core, input.bucket)),
    items: await listContainer(core, input.bucket, input.query),
  }),
  reply: ({ headers, items }, { bucket, format }) =>
    listingReply(format, headers, { of: 'container', name: bucket, items }),
});
