/** ListMultipartUploads: the uploads of a bucket that are neither completed nor aborted. */
import { element, type Xml } from '../../../base/wire/xml.ts';
import { parseUploadId, type UploadId } from '../../../core/model/names.ts';
import type { UploadRecord } from '../../../core/model/object-records.ts';
import { listUploads, type UploadPage } from '../../../core/multipart/list.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { type S3Request, s3Operation } from '../define-operation.ts';
import {
  checksumKindElements,
  elementUnlessEmpty,
  nameWriter,
  ownerElement,
  timestamp,
  xmlReply,
} from '../documents/elements.ts';
import { prefixElement, shapeElements } from '../documents/object-listing.ts';
import { s3Error } from '../errors.ts';
import { bucketOwner, type Owner, ownersOf } from '../owners.ts';
import { pageSize, textParameter, wantsUrlEncoding } from '../query-parameters.ts';

export const listMultipartUploadsOperation = s3Operation({
  name: 'ListMultipartUploads',
  route: { method: 'GET', scope: 'bucket', query: ['uploads'] },
  body: noBody,
  parse: (view) => {
    const keyMarker = textParameter(view, 'key-marker') ?? '';
    return {
      bucket: bucketOf(view),
      prefix: textParameter(view, 'prefix') ?? '',
      delimiter: textParameter(view, 'delimiter') ?? '',
      keyMarker,
      // An upload without its key says nothing about where to start.
      uploadMarker: keyMarker === '' ? undefined : uploadMarkerOf(view),
      maxUploads: pageSize(view, 'max-uploads'),
      urlEncoded: wantsUrlEncoding(view),
    };
  },
  authorize: ({ bucket, prefix }) => [{ action: 'storage.objects.list', bucket, prefix }],
  run: async ({ core, actor, input }) => {
    const { bucket, prefix, delimiter, keyMarker, uploadMarker, maxUploads } = input;
    const page = await listUploads(core, {
      bucket,
      prefix,
      delimiter,
      limit: maxUploads,
      ...(keyMarker !== '' && { afterKey: keyMarker }),
      ...(uploadMarker !== undefined && { afterUpload: uploadMarker }),
    });
    const initiators = page.entries.flatMap((entry) =>
      entry.kind === 'upload' ? [entry.upload.initiatorId] : [],
    );
    return {
      ...page,
      owner: await bucketOwner(core, actor, bucket),
      initiators: await ownersOf(core, actor, initiators),
    };
  },
  reply: ({ entries, truncated, owner, initiators }, input) => {
    const { bucket, prefix, delimiter, keyMarker, uploadMarker, maxUploads, urlEncoded } = input;
    const write = nameWriter(urlEncoded);
    const next = truncated ? lastOf(entries) : undefined;
    return xmlReply('ListMultipartUploadsResult', [
      element('Bucket', bucket),
      element('KeyMarker', write(keyMarker)),
      element('UploadIdMarker', uploadMarker ?? ''),
      elementUnlessEmpty('NextKeyMarker', write(next?.key ?? '')),
      elementUnlessEmpty('NextUploadIdMarker', next?.upload),
      element('Prefix', write(prefix)),
      ...shapeElements({ delimiter, urlEncoded }, write),
      element('MaxUploads', maxUploads),
      element('IsTruncated', next !== undefined),
      ...entries.flatMap((entry) =>
        entry.kind === 'upload' ? [uploadElement(entry.upload, write, owner, initiators)] : [],
      ),
      ...entries.flatMap((entry) => (entry.kind === 'prefix' ? [prefixElement(entry.prefix, write)] : [])),
    ]);
  },
});

/** @throws S3Error InvalidArgument */
function uploadMarkerOf(view: S3Request): UploadId | undefined {
  const text = textParameter(view, 'upload-id-marker') ?? '';
  const id = parseUploadId(text);
  if (id !== undefined || text === '') return id;
  throw s3Error('InvalidArgument', 'Invalid uploadId marker', {
    ArgumentName: 'upload-id-marker',
    ArgumentValue: text,
  });
}

/** Where the next page starts. */
function lastOf(entries: UploadPage['entries']): { key: string; upload: string } | undefined {
  const last = entries.at(-1);
  if (last === undefined) return undefined;
  return last.kind === 'prefix'
    ? { key: last.prefix, upload: '' }
    : { key: last.upload.key, upload: last.upload.id };
}

function uploadElement(
  upload: UploadRecord,
  write: (name: string) => string,
  owner: Owner,
  initiators: ReadonlyMap<string, Owner>,
): Xml {
  return element('Upload', [
    element('Key', write(upload.key)),
    element('UploadId', upload.id),
    ownerElement('Initiator', initiators.get(upload.initiatorId) ?? owner),
    ownerElement('Owner', owner),
    element('StorageClass', upload.storageClass),
    element('Initiated', timestamp(upload.startedAt)),
    ...checksumKindElements(upload.checksum),
  ]);
}
