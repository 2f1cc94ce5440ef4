/**
 * PUT /v1/{account}[/{container}[/{folder}]]?extract-archive=tar|tar.gz: the files of an archive as objects (wire page, "Bulk"). 200 once
 * the caller is known; what became of the files stands in the body. tar.bz2 is not served.
 */
import type { ByteStream } from '../../../base/streams/byte-stream.ts';
import { GzipError, gunzipped } from '../../../base/streams/gunzip.ts';
import { TarError } from '../../../base/wire/tar.ts';
import { streamBody } from '../../operation.ts';
import { bulkFormat, bulkReply, plainText } from '../bulk-answer.ts';
import { refuseSentence } from '../errors.ts';
import { extractArchive } from '../extract-archive.ts';
import { objectMetadata } from '../metadata.ts';
import { deleteAtOf } from '../object-headers.ts';
import { deniedAccount, isOfAccount } from '../own-account.ts';
import { swiftOperation } from '../swift-operation.ts';
import type { Scope } from '../target.ts';
import type { SwiftView } from '../view.ts';

type Archive = (body: ByteStream) => ByteStream;

const archives: Readonly<Record<string, Archive>> = { tar: (body) => body, 'tar.gz': unpacked };

async function* unpacked(body: ByteStream): AsyncGenerator<Uint8Array> {
  try {
    yield* gunzipped(body);
  } catch (error) {
    throw error instanceof GzipError ? new TarError(error.message, error) : error;
  }
}

/** @throws SwiftError 400 */
function archiveOf({ request }: SwiftView): Archive {
  const asked = (request.query.get('extract-archive') ?? '').toLowerCase().replace(/^\.+|\.+$/g, '');
  const archive = Object.hasOwn(archives, asked) ? archives[asked] : undefined;
  if (archive === undefined) throw refuseSentence(400, 'Unsupported archive format');
  return archive;
}

/** What is wrong with the request as a whole, as the answer's status. */
function refusalOf({ request }: SwiftView, acceptable: boolean): string | undefined {
  if (!acceptable) return '406 Not Acceptable';
  return request.contentLength === undefined && !request.chunked ? '411 Length Required' : undefined;
}

function extraction(name: string, scope: Scope) {
  return swiftOperation({
    name,
    route: { scope, method: 'PUT', query: 'extract-archive' },
    body: streamBody,
    parse: (view) => ({
      view,
      archive: archiveOf(view),
      project: view.project(),
      format: bulkFormat(view),
      wish: {
        base: [view.target.container, view.target.object].join('/').replace(/\/+$/, ''),
        metadata: objectMetadata(view),
        ...deleteAtOf(view.request),
      },
    }),
    // Each file is decided on by itself; what is decided here is whose account, or whose container, it may be. An address that was
    // signed for one object is none for what an archive makes of it.
    authorize({ project, view }, actor) {
      if (isOfAccount(actor, project)) return [];
      const action = 'storage.objects.create';
      if (actor.kind === 'anonymous' || scope === 'account') throw deniedAccount(actor, project, action);
      return [{ action, bucket: view.container(), project }];
    },
    async run({ core, actor, input: { view, archive, format, wish }, body, signal }) {
      const refusal = refusalOf(view, format !== undefined);
      if (refusal !== undefined)
        return bulkReply(format ?? plainText, { created: 0, errors: [], status: refusal });
      const outcome = await extractArchive({ core, actor, view, signal }, wish, archive(body));
      return bulkReply(format ?? plainText, outcome);
    },
    reply: (reply) => reply,
  });
}

export const extractToAccount = extraction('ExtractArchive', 'account');
export const extractToContainer = extraction('ExtractArchiveToContainer', 'container');
export const extractToFolder = extraction('ExtractArchiveToFolder', 'object');
