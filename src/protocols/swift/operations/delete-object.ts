/**
 * DELETE /v1/{account}/{container}/{object}. With `?multipart-manifest=delete` clients mean a large object and all it is made of,
 * which is one deletion here; the answer then has the form of a bulk deletion.
 */
import { percentEncode } from '../../../base/http/query.ts';
import type { Core } from '../../../core/core.ts';
import { CoreError, isCoreError } from '../../../core/errors.ts';
import { deleteObject as removeObject } from '../../../core/objects/delete.ts';
import { headObject } from '../../../core/objects/get.ts';
import type { ObjectAddress } from '../../../core/objects/object-place.ts';
import { noBody } from '../../operation.ts';
import { type BulkOutcome, bulkReply } from '../bulk-answer.ts';
import { isLargeObject } from '../large-objects.ts';
import { listingFormat } from '../listing-query.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';

export const deleteObject = swiftOperation({
  name: 'DeleteObject',
  route: { scope: 'object', method: 'DELETE' },
  body: noBody,
  parse: (view) => ({
    project: view.project(),
    bucket: view.container(),
    key: view.object(),
    /** Present when all parts of a large object are meant. */
    ...(view.request.query.get('multipart-manifest')?.toLowerCase() === 'delete' && {
      format: listingFormat(view.request),
    }),
  }),
  authorize: ({ bucket, key, project }) => [{ action: 'storage.objects.delete', bucket, key, project }],
  async run({ core, input: { bucket, key, format } }) {
    if (format !== undefined) return bulkReply(format, await deleteLarge(core, { bucket, key }));
    const { existed } = await removeObject(core, { bucket, key });
    if (!existed) throw new CoreError('NoSuchKey', { bucket, key });
    return empty(204);
  },
  reply: (reply) => reply,
});

async function deleteLarge(core: Core, address: ObjectAddress): Promise<BulkOutcome> {
  try {
    const { info } = await headObject(core, { ...address, conditions: {} });
    if (!isLargeObject(info)) return refused(address, 'Not an SLO manifest');
    const { existed } = await removeObject(core, address);
    return { deleted: Number(existed), notFound: Number(!existed), errors: [] };
  } catch (error) {
    if (isCoreError(error, 'NoSuchKey')) return { deleted: 0, notFound: 1, errors: [] };
    throw error;
  }
}

function refused({ bucket, key }: ObjectAddress, reason: string): BulkOutcome {
  const path = `/${bucket}/${key.split('/').map(percentEncode).join('/')}`;
  return { deleted: 0, notFound: 0, errors: [[path, reason]] };
}
