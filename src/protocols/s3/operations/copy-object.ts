/** CopyObject: a second name for the same bytes. */
import { element } from '../../../base/wire/xml.ts';
import type { ObjectAttributes } from '../../../core/model/object-records.ts';
import { copyObject } from '../../../core/objects/copy.ts';
import type { ObjectInfo } from '../../../core/objects/info.ts';
import { noBody } from '../../operation.ts';
import { newObjectOf, type ObjectAddress } from '../address.ts';
import { parseChecksumAlgorithm } from '../checksum-headers.ts';
import { readConditions, writeConditions } from '../conditions.ts';
import { copySourceHeader, copySourceHeaders, copySourceOf, refuseMarker } from '../copy-source.ts';
import { requireOwner, type S3Request, s3Operation } from '../define-operation.ts';
import { checksumElements, timestamp, xmlReply } from '../documents/elements.ts';
import { encryptionOf, encryptionReplyHeaders } from '../encryption-headers.ts';
import { s3Error } from '../errors.ts';
import { expirationHeaders } from '../lifecycle-headers.ts';
import { attributesOf, quoteEtag } from '../object-headers.ts';
import { refuseUnserved } from '../refusals.ts';
import { versionHeaders } from '../version-headers.ts';

export const copyObjectOperation = s3Operation({
  name: 'CopyObject',
  route: { method: 'PUT', scope: 'object', header: copySourceHeader },
  body: noBody,
  parse: (view) => {
    const target = newObjectOf(view);
    const source = copySourceOf(view);
    const replace = directiveOf(view, 'x-amz-metadata-directive') === 'REPLACE';
    directiveOf(view, 'x-amz-tagging-directive');
    refuseUnserved(view, 'objectWrite');
    const algorithm = view.request.header('x-amz-checksum-algorithm');
    const encryption = encryptionOf(view);
    const changed = replace || algorithm !== undefined || encryption.encrypted === true;
    // An older version over the current one is how it is brought back.
    if (!changed && source.version === undefined) refuseSelfCopy(view, source, target);
    return {
      ...target,
      source,
      sourceOwner: view.request.header('x-amz-source-expected-bucket-owner'),
      sourceConditions: readConditions(view, 'x-amz-copy-source-'),
      conditions: writeConditions(view),
      ...encryption,
      attributes: replace ? constant(attributesOf(view)) : copiedAttributes,
      ...(algorithm !== undefined && {
        checksum: parseChecksumAlgorithm(algorithm, 'x-amz-checksum-algorithm'),
      }),
    };
  },
  authorize: ({ source, bucket, key }) => [
    { action: 'storage.objects.create', bucket, key },
    { action: 'storage.objects.get', ...source },
  ],
  run: async ({ core, actor, input: { sourceOwner, ...input }, signal }) => {
    if (sourceOwner !== undefined) await requireOwner(core, input.source.bucket, sourceOwner);
    return copyObject(core, actor, { ...input, signal }).catch(refuseMarker);
  },
  reply: ({ info, source }) =>
    xmlReply(
      'CopyObjectResult',
      [
        element('LastModified', timestamp(info.modifiedAt)),
        element('ETag', quoteEtag(info.etag)),
        ...checksumElements(info.checksum),
      ],
      {
        ...encryptionReplyHeaders(info),
        ...expirationHeaders(info),
        ...versionHeaders(info),
        ...copySourceHeaders(source),
      },
    ),
});

type Directive = 'COPY' | 'REPLACE';

/** @throws S3Error InvalidArgument */
function directiveOf(view: S3Request, header: string): Directive {
  const text = view.request.header(header);
  if (text === undefined || text === 'COPY') return 'COPY';
  if (text === 'REPLACE') return 'REPLACE';
  throw s3Error('InvalidArgument', `Unknown ${header.slice('x-amz-'.length).replace('-', ' ')}.`, {
    ArgumentName: header,
    ArgumentValue: text,
  });
}

/** @throws S3Error InvalidRequest */
function refuseSelfCopy(view: S3Request, source: ObjectAddress, target: ObjectAddress): void {
  const same = source.bucket === target.bucket && source.key === target.key;
  if (!same || view.request.header('x-amz-storage-class') !== undefined) return;
  throw s3Error(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's " +
      'metadata, storage class, website redirect location or encryption attributes.',
  );
}

function constant(attributes: ObjectAttributes): () => ObjectAttributes {
  return () => attributes;
}

/** Swift's date of deletion is not taken along: nobody gave one for the copy. */
function copiedAttributes({ contentType, headers, metadata }: ObjectInfo): ObjectAttributes {
  return { contentType, headers, metadata };
}
