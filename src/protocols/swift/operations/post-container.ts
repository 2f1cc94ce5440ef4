/** POST /v1/{account}/{container}: container metadata. */
import { updateBucket } from '../../../core/buckets/update.ts';
import { noBody } from '../../operation.ts';
import { changedMetadata, metadataChange } from '../metadata.ts';
import { empty } from '../pages.ts';
import { rightsToChange } from '../secret-headers.ts';
import { swiftOperation } from '../swift-operation.ts';

export const postContainer = swiftOperation({
  name: 'PostContainer',
  route: { scope: 'container', method: 'POST' },
  body: noBody,
  parse: (view) => ({
    project: view.project(),
    bucket: view.container(),
    change: metadataChange(view.request, 'container', view.dialect.containerMetadataPrefixes),
  }),
  authorize: ({ bucket, project, change }) => rightsToChange(bucket, project, change),
  run: ({ core, input }) =>
    updateBucket(core, input.bucket, ({ metadata }) => ({
      metadata: changedMetadata('container', metadata, input.change),
    })),
  reply: (_bucket, _input, { dialect }) => empty(dialect.containerPostStatus),
});
