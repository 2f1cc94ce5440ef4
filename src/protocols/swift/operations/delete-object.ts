/**
 * DELETE /v1/{account}/{container}/{object}. With `?multipart-manifest=delete` clients mean a large object and all it is made of; the
 * answer then has the form of a bulk deletion. `async` is for services that have much to wait for: it is done at once here, as
 * `/info` says.
 */
import { percentEncode } from '../../../base/http/query.ts';
import { CoreError, isCoreError } from '../../../core/errors.ts';
import { segmentNames } from '../../../core/large/listing.ts';
import { deleteObject as removeObject } from '../../../core/objects/delete.ts';
import { headObject } from '../../../core/objects/get.ts';
import type { ObjectAddress } from '../../../core/objects/object-place.ts';
import { noBody } from '../../operation.ts';
import { type BulkOutcome, bulkReply } from '../bulk-answer.ts';
import { type BulkContext, deleteListed } from '../bulk-delete.ts';
import type { BulkItem } from '../bulk-lines.ts';
import { asksManifest, isStatic } from '../large-objects.ts';
import { listingFormat } from '../listing-query.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';

export const deleteObject = swiftOperation({
  name: 'DeleteObject',
  route: { scope: 'object', method: 'DELETE' },
  body: noBody,
  parse: (view) => ({
    view,
    project: view.project(),
    bucket: view.container(),
    key: view.object(),
    /** Present when all parts of a large object are meant. */
    ...(asksManifest(view.request, 'delete') && { format: listingFormat(view.request) }),
  }),
  authorize: ({ bucket, key, project, format }) => [
    { action: 'storage.objects.delete', bucket, key, project },
    // The answer tells what the object is made of.
    ...(format === undefined ? [] : [{ action: 'storage.objects.get' as const, bucket, key, project }]),
  ],
  async run({ core, actor, input: { view, bucket, key, format }, signal }) {
    if (format !== undefined) {
      return bulkReply(format, await deleteLarge({ core, actor, view, signal }, { bucket, key }));
    }
    const { existed } = await removeObject(core, { bucket, key });
    if (!existed) throw new CoreError('NoSuchKey', { bucket, key });
    return empty(204);
  },
  reply: (reply) => reply,
});

async function deleteLarge(context: BulkContext, address: ObjectAddress): Promise<BulkOutcome> {
  const { core, actor } = context;
  try {
    const { info } = await headObject(core, { ...address, stored: true, conditions: {} });
    if (!isStatic(info)) {
      const { shown } = itemOf(address);
      return { deleted: 0, notFound: 0, errors: [[shown, 'Not an SLO manifest']] };
    }
    const names = (await segmentNames(core, actor, address)) ?? [];
    const nothing: BulkOutcome = { deleted: 0, notFound: 0, errors: [] };
    const segments = names.length === 0 ? nothing : await deleteListed(context, names.map(itemOf));
    // The list goes last: what was interrupted can be asked for again.
    return joined(segments, await deleteListed(context, [itemOf(address)]));
  } catch (error) {
    if (isCoreError(error, 'NoSuchKey')) return { deleted: 0, notFound: 1, errors: [] };
    throw error;
  }
}

function itemOf({ bucket, key }: { readonly bucket: string; readonly key: string }): BulkItem {
  return {
    shown: `/${bucket}/${key.split('/').map(percentEncode).join('/')}`,
    name: { container: bucket, object: key },
  };
}

function joined(a: BulkOutcome, b: BulkOutcome): BulkOutcome {
  return {
    ...b,
    ...a,
    deleted: a.deleted + b.deleted,
    notFound: a.notFound + b.notFound,
    errors: [...a.errors, ...b.errors],
  };
}
