/** GetObjectAttributes: chosen facts about an object, and the parts it was uploaded in. */

import { httpDate } from '../../../base/http/http-date.ts';
import { element, optionalElement, type Xml } from '../../../base/wire/xml.ts';
import { listObjectParts, type ObjectPartPage } from '../../../core/objects/parts.ts';
import { noBody } from '../../operation.ts';
import { objectOf } from '../address.ts';
import { readConditions } from '../conditions.ts';
import { type S3Request, s3Operation } from '../define-operation.ts';
import { checksumElements, partChecksumElement, xmlReply } from '../documents/elements.ts';
import { s3Error } from '../errors.ts';
import { refuseUnserved } from '../refusals.ts';
import { versionHeaders } from '../version-headers.ts';

const attributes = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;
type Attribute = (typeof attributes)[number];

export const getObjectAttributesOperation = s3Operation({
  name: 'GetObjectAttributes',
  route: { method: 'GET', scope: 'object', query: ['attributes'] },
  body: noBody,
  parse: (view) => {
    refuseUnserved(view, 'objectRead');
    const wanted = attributesWanted(view);
    const most = wanted.has('ObjectParts') ? (countHeader(view, 'x-amz-max-parts') ?? 1000) : 0;
    return {
      ...objectOf(view),
      conditions: readConditions(view),
      wanted,
      after: countHeader(view, 'x-amz-part-number-marker') ?? 0,
      limit: Math.min(most, 1000),
    };
  },
  authorize: ({ bucket, key }) => [{ action: 'storage.objects.get', bucket, key }],
  run: ({ core, actor, input }) => listObjectParts(core, { ...input, reader: actor }),
  reply: (page, input) => {
    const { info } = page;
    const { wanted } = input;
    return xmlReply(
      'GetObjectAttributesResponse',
      [
        wanted.has('ETag') ? element('ETag', info.etag) : undefined,
        wanted.has('Checksum') && info.checksum !== undefined
          ? element('Checksum', checksumElements(info.checksum))
          : undefined,
        wanted.has('ObjectParts') && info.partCount !== undefined ? partsElement(page, input) : undefined,
        wanted.has('StorageClass') ? element('StorageClass', info.storageClass) : undefined,
        wanted.has('ObjectSize') ? element('ObjectSize', info.size) : undefined,
      ],
      { 'Last-Modified': httpDate(info.modifiedAt), ...versionHeaders(info) },
    );
  },
});

/** Parts are listed when they have checksums; without, S3 tells their number alone. */
function partsElement(
  { info, parts, truncated }: ObjectPartPage,
  { after, limit }: { after: number; limit: number },
): Xml {
  const next = truncated ? parts.at(-1)?.number : undefined;
  const count = element('PartsCount', info.partCount ?? 0);
  if (info.checksum === undefined) return element('ObjectParts', [count]);
  return element('ObjectParts', [
    count,
    element('PartNumberMarker', after),
    optionalElement('NextPartNumberMarker', next),
    element('MaxParts', limit),
    element('IsTruncated', next !== undefined),
    ...parts.map(({ number, size, checksum }) =>
      element('Part', [
        element('PartNumber', number),
        element('Size', size),
        partChecksumElement(info.checksum?.algorithm, checksum),
      ]),
    ),
  ]);
}

/** @throws S3Error InvalidArgument */
function attributesWanted(view: S3Request): ReadonlySet<Attribute> {
  const header = 'x-amz-object-attributes';
  const names = (view.request.header(header) ?? '').split(',').map((name) => name.trim());
  const wanted = new Set<Attribute>();
  for (const name of names) {
    const attribute = attributes.find((known) => known === name);
    if (attribute === undefined) {
      throw s3Error('InvalidArgument', 'Invalid attribute name specified.', {
        ArgumentName: header,
        ArgumentValue: name,
      });
    }
    wanted.add(attribute);
  }
  return wanted;
}

/** @throws S3Error InvalidArgument */
function countHeader(view: S3Request, header: string): number | undefined {
  const text = view.request.header(header);
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw s3Error('InvalidArgument', `Provided ${header} not an integer or within integer range`, {
    ArgumentName: header,
    ArgumentValue: text,
  });
}
