/**
 * POST and DELETE /v1/{account}?bulk-delete: many objects and containers of one account (reference 6.1). 200 once the caller is known;
 * what became of each stands in the body.
 */
import { type BodyStream, streamBody } from '../../operation.ts';
import { type BulkOutcome, bulkFormat, bulkReply, bulkStreamReply, plainText } from '../bulk-answer.ts';
import { type BulkContext, deleteListed } from '../bulk-delete.ts';
import { BadBulkList, readBulkLines } from '../bulk-lines.ts';
import type { ListingFormat } from '../listing-query.ts';
import { deniedAccount, isOfAccount } from '../own-account.ts';
import { swiftOperation } from '../swift-operation.ts';
import type { SwiftView } from '../view.ts';

/** What is wrong with the request as a whole, as the answer's status. */
function refusalOf({ request, dialect }: SwiftView, format: ListingFormat | undefined): string | undefined {
  const type = (request.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (format === undefined || (type !== '' && !dialect.bulkContentTypes.includes(type))) {
    return '406 Not Acceptable';
  }
  return request.contentLength === undefined && !request.chunked ? '411 Length Required' : undefined;
}

function refused(status: string, body = ''): BulkOutcome {
  return { deleted: 0, notFound: 0, errors: [], status, body };
}

async function deleteBody(context: BulkContext, format: ListingFormat, body: BodyStream) {
  try {
    const items = await readBulkLines(body);
    return bulkStreamReply(format, deleteListed(context, items));
  } catch (error) {
    if (error instanceof BadBulkList) return bulkReply(format, refused(error.status, error.reason));
    throw error;
  }
}

function bulkDeletion(name: string, method: 'POST' | 'DELETE') {
  return swiftOperation({
    name,
    route: { scope: 'account', method, query: 'bulk-delete' },
    body: streamBody,
    parse: (view) => ({ view, project: view.project(), format: bulkFormat(view) }),
    // Each line is decided on by itself; what is decided here is whose account it may be.
    authorize({ project }, actor) {
      if (isOfAccount(actor, project)) return [];
      throw deniedAccount(actor, project, 'storage.objects.delete');
    },
    async run({ core, actor, input: { view, format }, body, signal }) {
      const refusal = refusalOf(view, format);
      if (refusal !== undefined) return bulkReply(format ?? plainText, refused(refusal));
      return deleteBody({ core, actor, view, signal }, format ?? plainText, body);
    },
    reply: (reply) => reply,
  });
}

export const bulkDelete = bulkDeletion('BulkDelete', 'DELETE');
export const bulkDeleteByPost = bulkDeletion('BulkDeleteByPost', 'POST');
