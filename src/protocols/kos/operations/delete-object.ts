/** DeleteObject: POST /kos/v1/buckets/{bucketId}/objects/delete (reference 10.7); with versioning, a delete marker comes. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { CoreError } from '../../../core/errors.ts';
import { deleteObject as remove } from '../../../core/objects/delete.ts';
import { mayOn, objectKeyBody, objectKeySchema, objectResource } from '../object-names.ts';
import { bucketOf, operation } from '../request.ts';
import { answerObject } from '../schemas.ts';

export const deleteObject = operation({
  name: 'DeleteObject',
  route: { methods: ['POST'], path: '/kos/v1/buckets/:bucketId/objects/delete' },
  document: {
    summary: 'Deletes an object',
    body: { schema: objectKeySchema },
    success: {
      status: 200,
      schema: answerObject({ objectKey: Type.String(), message: Type.String() }),
    },
    refusals: [400, 403, 404],
  },
  body: objectKeyBody,
  parse: bucketOf,
  authorize: 'in-run',
  run: async ({ core, actor, input, body: { key } }) => {
    const { bucket } = input;
    await mayOn(core, actor, input, ['storage.objects.delete', key]);
    const { existed } = await remove(core, { bucket, key });
    if (!existed) throw new CoreError('NoSuchKey', { bucket, key });
    return { objectKey: key, message: 'File deleted successfully' };
  },
  resource: objectResource,
  reply: (answer) => json(200, answer),
});
