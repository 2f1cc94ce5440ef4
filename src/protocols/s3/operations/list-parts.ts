/** ListParts: what has been uploaded so far. */
import { element, optionalElement } from '../../../base/wire/xml.ts';
import { listParts } from '../../../core/multipart/list.ts';
import { noBody } from '../../operation.ts';
import { s3Operation } from '../define-operation.ts';
import { checksumKindElements, nameWriter, ownerElement, xmlReply } from '../documents/elements.ts';
import { bucketOwner, ownerOf } from '../owners.ts';
import { numberMarker, pageSize, wantsUrlEncoding } from '../query-parameters.ts';
import { partElement, uploadOf } from '../uploads.ts';

export const listPartsOperation = s3Operation({
  name: 'ListParts',
  route: { method: 'GET', scope: 'object', query: ['uploadId'] },
  body: noBody,
  parse: (view) => ({
    ...uploadOf(view),
    after: numberMarker(view, 'part-number-marker'),
    limit: pageSize(view, 'max-parts'),
    urlEncoded: wantsUrlEncoding(view),
  }),
  authorize: ({ bucket }) => [{ action: 'storage.objects.list', bucket }],
  run: async ({ core, actor, input }) => {
    const page = await listParts(core, input);
    return {
      ...page,
      initiator: await ownerOf(core, actor, page.upload.initiatorId),
      owner: await bucketOwner(core, actor, input.bucket),
    };
  },
  reply: ({ upload, parts, truncated, initiator, owner }, { bucket, key, after, limit, urlEncoded }) => {
    const next = truncated ? parts.at(-1)?.number : undefined;
    return xmlReply('ListPartsResult', [
      element('Bucket', bucket),
      element('Key', nameWriter(urlEncoded)(key)),
      element('UploadId', upload.id),
      ownerElement('Initiator', initiator),
      ownerElement('Owner', owner),
      element('StorageClass', upload.storageClass),
      element('PartNumberMarker', after),
      // Only where there is a next page: some SDKs go on for as long as they see it.
      optionalElement('NextPartNumberMarker', next),
      element('MaxParts', limit),
      urlEncoded ? element('EncodingType', 'url') : undefined,
      element('IsTruncated', next !== undefined),
      ...parts.map(partElement),
      ...checksumKindElements(upload.checksum),
    ]);
  },
});
