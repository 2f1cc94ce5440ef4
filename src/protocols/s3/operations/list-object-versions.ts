/** ListObjectVersions: every version and delete marker, by key, the newest of a key first. */
import { element, type Xml } from '../../../base/wire/xml.ts';
import type { VersionId } from '../../../core/model/names.ts';
import { type ListedVersion, listVersions } from '../../../core/versions/list.ts';
import { noBody } from '../../operation.ts';
import { bucketOf, readVersion } from '../address.ts';
import { type S3Request, s3Operation } from '../define-operation.ts';
import {
  checksumKindElements,
  elementUnlessEmpty,
  nameWriter,
  ownerElement,
  timestamp,
  xmlReply,
} from '../documents/elements.ts';
import { listingParametersOf, prefixElement, shapeElements } from '../documents/object-listing.ts';
import { s3Error } from '../errors.ts';
import { quoteEtag } from '../object-headers.ts';
import { bucketOwner, type Owner } from '../owners.ts';
import { textParameter } from '../query-parameters.ts';

export const listObjectVersionsOperation = s3Operation({
  name: 'ListObjectVersions',
  route: { method: 'GET', scope: 'bucket', query: ['versions'] },
  body: noBody,
  parse: (view) => {
    const keyMarker = textParameter(view, 'key-marker') ?? '';
    return {
      bucket: bucketOf(view),
      ...listingParametersOf(view),
      keyMarker,
      versionMarker: versionMarkerOf(view, keyMarker),
    };
  },
  authorize: ({ bucket, prefix }) => [{ action: 'storage.objects.list', bucket, prefix }],
  run: async ({ core, actor, input }) => {
    const { bucket, prefix, delimiter, maxKeys, keyMarker, versionMarker } = input;
    const page = await listVersions(core, {
      bucket,
      prefix,
      delimiter,
      limit: maxKeys,
      ...(keyMarker !== '' && { afterKey: keyMarker }),
      ...(versionMarker !== undefined && { afterVersion: versionMarker }),
    });
    return { ...page, owner: await bucketOwner(core, actor, bucket) };
  },
  reply: ({ entries, next, owner }, input) => {
    const { bucket, prefix, delimiter, maxKeys, urlEncoded, keyMarker, versionMarker } = input;
    const write = nameWriter(urlEncoded);
    return xmlReply('ListVersionsResult', [
      element('Name', bucket),
      element('Prefix', write(prefix)),
      element('KeyMarker', write(keyMarker)),
      element('VersionIdMarker', versionMarker ?? ''),
      elementUnlessEmpty('NextKeyMarker', write(next?.key ?? '')),
      elementUnlessEmpty('NextVersionIdMarker', next?.version),
      element('MaxKeys', maxKeys),
      ...shapeElements({ delimiter, urlEncoded }, write),
      element('IsTruncated', next !== undefined),
      ...entries.flatMap((entry) => (entry.kind === 'version' ? [versionElement(entry, write, owner)] : [])),
      ...entries.flatMap((entry) => (entry.kind === 'prefix' ? [prefixElement(entry.prefix, write)] : [])),
    ]);
  },
});

/** @throws S3Error InvalidArgument */
function versionMarkerOf(view: S3Request, keyMarker: string): VersionId | undefined {
  const parameter = 'version-id-marker';
  const text = textParameter(view, parameter);
  // Some clients send every parameter, with or without a value.
  if (text === undefined || text === '') return undefined;
  if (keyMarker === '') {
    throw s3Error('InvalidArgument', 'A version-id marker cannot be specified without a key marker.', {
      ArgumentName: parameter,
      ArgumentValue: text,
    });
  }
  return readVersion(text, parameter);
}

function versionElement(
  { key, versionId, isLatest, modifiedAt, info }: ListedVersion,
  write: (name: string) => string,
  owner: Owner,
): Xml {
  return element(info === undefined ? 'DeleteMarker' : 'Version', [
    element('Key', write(key)),
    element('VersionId', versionId),
    element('IsLatest', isLatest),
    element('LastModified', timestamp(modifiedAt)),
    ...(info === undefined
      ? []
      : [
          element('ETag', quoteEtag(info.etag)),
          ...checksumKindElements(info.checksum),
          element('Size', info.size),
          element('StorageClass', info.storageClass),
        ]),
    ownerElement('Owner', owner),
  ]);
}
