/** DELETE /v1/{account}/{container}/{object} */
import { CoreError } from '../../../core/errors.ts';
import { deleteObject as removeObject } from '../../../core/objects/delete.ts';
import { noBody } from '../../operation.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';

export const deleteObject = swiftOperation({
  name: 'DeleteObject',
  route: { scope: 'object', method: 'DELETE' },
  body: noBody,
  parse: (view) => ({ project: view.project(), bucket: view.container(), key: view.object() }),
  authorize: ({ bucket, key, project }) => [{ action: 'storage.objects.delete', bucket, key, project }],
  async run({ core, input: { bucket, key } }) {
    const { existed } = await removeObject(core, { bucket, key });
    if (!existed) throw new CoreError('NoSuchKey', { bucket, key });
  },
  reply: () => empty(204),
});
