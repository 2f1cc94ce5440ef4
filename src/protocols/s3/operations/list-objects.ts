/** ListObjects, the first version: pages are continued by a key. */
import { element } from '../../../base/wire/xml.ts';
import { listObjects } from '../../../core/objects/list.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { elementUnlessEmpty, nameWriter, xmlReply } from '../documents/elements.ts';
import { entryElements, lastName, listingParametersOf, shapeElements } from '../documents/object-listing.ts';
import { bucketOwner } from '../owners.ts';
import { textParameter } from '../query-parameters.ts';

export const listObjectsOperation = s3Operation({
  name: 'ListObjects',
  route: { method: 'GET', scope: 'bucket' },
  body: noBody,
  parse: (view) => ({
    bucket: bucketOf(view),
    ...listingParametersOf(view),
    marker: textParameter(view, 'marker') ?? '',
  }),
  authorize: ({ bucket, prefix }) => [{ action: 'storage.objects.list', bucket, prefix }],
  run: async ({ core, actor, input: { bucket, prefix, delimiter, marker, maxKeys } }) => {
    const page = await listObjects(core, {
      bucket,
      prefix,
      delimiter,
      limit: maxKeys,
      ...(marker !== '' && { after: marker }),
    });
    return { ...page, owner: await bucketOwner(core, actor, bucket) };
  },
  reply: ({ entries, truncated, owner }, { bucket, prefix, delimiter, marker, maxKeys, urlEncoded }) => {
    const write = nameWriter(urlEncoded);
    const last = truncated ? lastName(entries) : undefined;
    // Without a delimiter clients continue after the last key themselves.
    const next = delimiter === '' ? undefined : last;
    return xmlReply('ListBucketResult', [
      element('Name', bucket),
      element('Prefix', write(prefix)),
      element('Marker', write(marker)),
      elementUnlessEmpty('NextMarker', write(next ?? '')),
      element('MaxKeys', maxKeys),
      ...shapeElements({ delimiter, urlEncoded }, write),
      element('IsTruncated', last !== undefined),
      ...entryElements(entries, write, owner),
    ]);
  },
});
