/** POST /v1/{account}/{container}/{object}: replaces what is said about an object; its type stays unless given. */
import { updateObject } from '../../../core/objects/update.ts';
import { noBody } from '../../operation.ts';
import { statedContentType } from '../content-type.ts';
import { segmentNamesOf } from '../large-objects.ts';
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
    // What is not said again is gone, as all that a POST replaces.
    standsFor: segmentNamesOf(view.request) ?? null,
    replaced: {
      headers: contentHeadersOf(view.request),
      metadata: objectMetadata(view),
      ...deleteAtOf(view.request),
    },
  }),
  authorize: ({ bucket, key, project }) => [{ action: 'storage.objects.update', bucket, key, project }],
  run: ({ core, input: { bucket, key, contentType, standsFor, replaced } }) =>
    updateObject(core, {
      bucket,
      key,
      standsFor,
      attributes: (current) => ({ contentType: contentType ?? current.contentType, ...replaced }),
    }),
  reply: () => page(202),
});
