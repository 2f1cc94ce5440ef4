/** HEAD /v1/{account}/{container}: counts and metadata of a container. */
import { getBucket } from '../../../core/buckets/get.ts';
import { noBody } from '../../operation.ts';
import { containerHeaders } from '../container-headers.ts';
import { listingFormat } from '../listing-query.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';

export const headContainer = swiftOperation({
  name: 'HeadContainer',
  route: { scope: 'container', method: 'HEAD' },
  body: noBody,
  parse: (view) => ({
    project: view.project(),
    bucket: view.container(),
    format: listingFormat(view.request),
  }),
  // What GET shows to who may list, HEAD shows too.
  authorize: ({ bucket, project }) => [{ action: 'storage.objects.list', bucket, project }],
  run: async ({ core, actor, input }) => containerHeaders(actor, await getBucket(core, input.bucket)),
  reply: (headers, { format }) => empty(204, { ...headers, ...format.headers }),
});
