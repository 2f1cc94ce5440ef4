/** DELETE /v1/{account}/{container}: an empty container. */
import { deleteBucket } from '../../../core/buckets/delete.ts';
import { noBody } from '../../operation.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';

export const deleteContainer = swiftOperation({
  name: 'DeleteContainer',
  route: { scope: 'container', method: 'DELETE' },
  body: noBody,
  parse: (view) => ({ project: view.project(), bucket: view.container() }),
  authorize: ({ bucket, project }) => [{ action: 'storage.buckets.delete', bucket, project }],
  run: ({ core, input }) => deleteBucket(core, input.bucket),
  reply: () => empty(204),
});
