/** MoveObject: POST /kos/v1/buckets/{bucketId}/objects/move (reference 10.7): moves or copies within the bucket, over what is there. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { copyObject } from '../../../core/objects/copy.ts';
import { moveObject as move } from '../../../core/objects/move.ts';
import { bringingObject } from '../../../core/trail/removal.ts';
import { KosError } from '../errors.ts';
import { jsonBodyAs } from '../json-body.ts';
import { existingKey, mayOn, newKey, objectResource, required } from '../object-names.ts';
import { bucketOf, operation } from '../request.ts';
import { answerObject, maybe, oneOf } from '../schemas.ts';

const schema = Type.Object({
  sourceKey: maybe(Type.String()),
  destinationKey: maybe(Type.String()),
  action: maybe(oneOf(['move', 'copy'])),
});

export const moveObject = operation({
  name: 'MoveObject',
  route: { methods: ['POST'], path: '/kos/v1/buckets/:bucketId/objects/move' },
  document: {
    summary: 'Moves an object, or copies it, to another name; an object of that name is replaced',
    body: { schema },
    success: {
      status: 200,
      schema: answerObject({
        sourceKey: Type.String(),
        destinationKey: Type.String(),
        message: Type.String(),
      }),
    },
    refusals: [400, 403, 404],
  },
  body: jsonBodyAs(schema, ({ sourceKey, destinationKey, action }) => ({
    key: existingKey(sourceKey, 'sourceKey'),
    destination: required(destinationKey, 'destinationKey'),
    action: action ?? 'move',
  })),
  parse: bucketOf,
  authorize: 'in-run',
  run: async ({ core, actor, input, body, signal }) => {
    const { bucket } = input;
    const { key: from, action } = body;
    const to = newKey(body.destination, 'destinationKey', core.settings.names);
    if (from === to) throw new KosError(400, 'destinationKey is sourceKey itself');
    await mayOn(core, actor, input, ['storage.objects.get', from], ['storage.objects.create', to]);
    if (action === 'copy') {
      const source = { bucket, key: from };
      const kept = { sourceConditions: {}, conditions: {}, attributes: <T>(original: T) => original };
      await copyObject(bringingObject(core, 'MoveObject', bucket, to), actor, {
        source,
        bucket,
        key: to,
        ...kept,
        signal,
      });
      return { sourceKey: from, destinationKey: to, message: 'File copied successfully' };
    }
    await mayOn(core, actor, input, ['storage.objects.delete', from]);
    await move(bringingObject(core, 'MoveObject', bucket, to), actor, {
      bucket,
      from,
      to,
      existing: 'replace',
    });
    return { sourceKey: from, destinationKey: to, message: 'File moved successfully' };
  },
  resource: objectResource,
  reply: (answer) => json(200, answer),
});
