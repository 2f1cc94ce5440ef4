/** POST /v1/{account}/{container}/{object}: replaces what is said about an object; its type stays unless given. */
import { updateObject } from '../../../core/objects/update.ts';
import { noBody } from '../../operation.ts';
import { statedContentType } from '../content-type.ts';
import { objectMetadata } from '../metadata.ts';
import { contentHeadersOf, deleteAtOf } from '../object-headers.ts';
import { page } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';

export const postObject = swiftOperation({
  name: 'PostObject',
  route: { scope: 'object', method: 'POST' },
  body: noBody,
  parse: (view) => ({
    project: view.project(),
    bucket: view.container(),
    key: view.object(),
    contentType: statedContentType(view.request),
    replaced: {
      headers: contentHeadersOf(view.request),
      metadata: objectMetadata(view),
      ...deleteAtOf(view.request),
    },
  }),
  authorize: ({ bucket, key, project }) => [{ action: 'storage.objects.update', bucket, key, project }],
  run: ({ core, input: { bucket, key, contentType, replaced } }) =>
    updateObject(core, {
      bucket,
      key,
      attributes: (current) => ({ contentType: contentType ?? current.contentType, ...replaced }),
    }),
  reply: () => page(202),
});
