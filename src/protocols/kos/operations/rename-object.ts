/** RenameObject: POST /kos/v1/buckets/{bucketId}/objects/rename (reference 10.7), to a name that is free. */
import { Type } from 'typebox';
import { json } from '../../../base/http/reply.ts';
import { moveObject } from '../../../core/objects/move.ts';
import { bringingObject } from '../../../core/trail/removal.ts';
import { KosError } from '../errors.ts';
import { jsonBodyAs } from '../json-body.ts';
import { existingKey, mayOn, newKey, objectResource, required } from '../object-names.ts';
import { bucketOf, operation } from '../request.ts';
import { answerObject, maybe } from '../schemas.ts';

const schema = Type.Object({ oldKey: maybe(Type.String()), newKey: maybe(Type.String()) });

export const renameObject = operation({
  name: 'RenameObject',
  route: { methods: ['POST'], path: '/kos/v1/buckets/:bucketId/objects/rename' },
  document: {
    summary: 'Gives an object another name, which must be free',
    body: { schema },
    success: {
      status: 200,
      schema: answerObject({ oldKey: Type.String(), newKey: Type.String(), message: Type.String() }),
    },
    refusals: [400, 403, 404, 409],
  },
  body: jsonBodyAs(schema, (value) => ({
    key: existingKey(value.oldKey, 'oldKey'),
    name: required(value.newKey, 'newKey'),
  })),
  parse: bucketOf,
  authorize: 'in-run',
  run: async ({ core, actor, input, body }) => {
    const { key: from } = body;
    const to = newKey(body.name, 'newKey', core.settings.names);
    if (from === to) throw new KosError(400, 'newKey is oldKey itself');
    await mayOn(
      core,
      actor,
      input,
      ['storage.objects.get', from],
      ['storage.objects.delete', from],
      ['storage.objects.create', to],
    );
    const { bucket } = input;
    await moveObject(bringingObject(core, 'RenameObject', bucket, to), actor, {
      bucket,
      from,
      to,
      existing: 'refuse',
    });
    return { oldKey: from, newKey: to, message: 'Object renamed successfully' };
  },
  resource: objectResource,
  reply: (answer) => json(200, answer),
});
