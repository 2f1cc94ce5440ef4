/**
 * DELETE /v1/{account}/{container}/?dir-delete and .../{directory}/?dir-delete: every object of a container, or of a folder in it with
 * the folder's own marker (reference 6.2). The container stays. The answer has the form of a bulk deletion.
 */
import { authorize } from '../../../core/access/authorize.ts';
import { isCoreError } from '../../../core/errors.ts';
import type { BucketName } from '../../../core/model/names.ts';
import { noBody } from '../../operation.ts';
import { bulkStreamReply } from '../bulk-answer.ts';
import { type BulkContext, deleteUnder } from '../bulk-delete.ts';
import { refuseText } from '../errors.ts';
import { listingFormat } from '../listing-query.ts';
import { swiftOperation } from '../swift-operation.ts';

/** The container, once the caller may empty it. @throws CoreError AccessDenied; SwiftError or NoSuchBucket as the dialect has it */
async function allowed({ core, actor, view }: BulkContext): Promise<BucketName> {
  try {
    const bucket = view.container();
    await authorize(core, actor, [{ action: 'storage.objects.delete', bucket, project: view.project() }]);
    return bucket;
  } catch (error) {
    if (isCoreError(error, 'NoSuchBucket') && view.dialect.absentWhenEmptied === 400) {
      throw refuseText(400, 'There is no such bucket');
    }
    throw error;
  }
}

function directoryDeletion(name: string, scope: 'container' | 'object') {
  return swiftOperation({
    name,
    route: { scope, method: 'DELETE', query: 'dir-delete' },
    body: noBody,
    parse: (view) => ({ view, format: listingFormat(view.request) }),
    authorize: 'in-run',
    async run({ core, actor, input: { view, format }, signal }) {
      const context = { core, actor, view, signal };
      const bucket = await allowed(context);
      const { object } = view.target;
      const prefix = object === '' || object.endsWith('/') ? object : `${object}/`;
      return bulkStreamReply(format, deleteUnder(context, bucket, prefix));
    },
    reply: (reply) => reply,
  });
}

export const emptyContainer = directoryDeletion('EmptyContainer', 'container');
export const deleteDirectory = directoryDeletion('DeleteDirectory', 'object');
