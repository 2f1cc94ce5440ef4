/** ListObjects: GET /kos/v1/buckets/{bucketId}/objects (reference 10.7): one level below a prefix; what is deeper shows as folders. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { noBody } from '../../operation.ts';
import { levelOf, levelSchema, levelText } from '../object-list.ts';
import { bucketOf, operation } from '../request.ts';

export const listObjects = operation({
  name: 'ListObjects',
  route: { methods: ['GET'], path: '/kos/v1/buckets/:bucketId/objects' },
  document: {
    summary: 'The objects and folders of one level',
    query: Type.Object({
      prefix: Type.Optional(Type.String({ description: 'a folder with / at its end, or how names begin' })),
    }),
    success: { status: 200, schema: levelSchema },
    refusals: [400, 403, 404],
  },
  body: noBody,
  parse: (view) => ({ ...bucketOf(view), prefix: view.request.query.get('prefix') ?? '' }),
  authorize: (place) => [{ action: 'storage.objects.list', ...place }],
  run: ({ core, input }) => levelOf(core, input),
  reply: (level, { prefix }) => {
    if (level.next === undefined) return json(200, { prefix, objects: level.objects });
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: levelText(prefix, level) };
  },
});
