/** POST /v1/{account}/{container}/{object}: replaces what is said about an object; its type stays unless given. */
import type { Permission } from '../../../core/access/authorize.ts';
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
  // A date of deletion deletes, and a manifest puts other bytes in the place of the object's. An address signed for POST may both, as upstream.
  authorize: ({ bucket, key, project, standsFor, replaced }, actor) => {
    const place = { bucket, key, project };
    const update: Permission = { action: 'storage.objects.update', ...place };
    if (actor.kind === 'anonymous') return [update];
    return [
      update,
      ...(replaced.deleteAt === undefined ? [] : [{ action: 'storage.objects.delete', ...place } as const]),
      ...(standsFor === null ? [] : [{ action: 'storage.objects.create', ...place } as const]),
    ];
  },
  run: ({ core, input: { bucket, key, contentType, standsFor, replaced } }) =>
    updateObject(core, {
      bucket,
      key,
      standsFor,
      attributes: (current) => ({ contentType: contentType ?? current.contentType, ...replaced }),
    }),
  reply: () => page(202),
});
