/** GetObjectMetadata: POST /kos/v1/buckets/{bucketId}/objects/metadata (reference 10.7). */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { headObject } from '../../../core/objects/get.ts';
import { mayOn, objectKeyBody, objectKeySchema, objectResource } from '../object-names.ts';
import { bucketOf, operation } from '../request.ts';
import { answerObject, dateTime, kosTime } from '../schemas.ts';

export const getObjectMetadata = operation({
  name: 'GetObjectMetadata',
  route: { methods: ['POST'], path: '/kos/v1/buckets/:bucketId/objects/metadata' },
  document: {
    summary: 'What is known of an object beside its bytes',
    body: { schema: objectKeySchema },
    success: {
      status: 200,
      schema: answerObject({
        size_bytes: Type.Integer(),
        storage_class: Type.String(),
        etag: Type.String(),
        lastModified: dateTime,
        contentType: Type.String(),
        key: Type.String(),
      }),
    },
    refusals: [400, 403, 404],
  },
  body: objectKeyBody,
  parse: bucketOf,
  authorize: 'in-run',
  run: async ({ core, actor, input, body: { key } }) => {
    const sight = await mayOn(core, actor, input, ['storage.objects.getMeta', key]);
    const { bucket } = input;
    const { info } = await headObject(core, { bucket, key, conditions: {}, sight, reader: actor });
    return info;
  },
  resource: objectResource,
  reply: ({ size, storageClass, etag, modifiedAt, contentType, key }) =>
    json(200, {
      size_bytes: size,
      storage_class: storageClass,
      etag,
      lastModified: kosTime(modifiedAt),
      contentType,
      key,
    }),
});
