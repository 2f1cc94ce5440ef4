/** ListObjectsV2: pages are continued by an opaque token. */
import { element } from '../../../base/wire/xml.ts';
import { listObjects } from '../../../core/objects/list.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { elementUnlessEmpty, nameWriter, xmlReply } from '../documents/elements.ts';
import { entryElements, lastName, listingParametersOf, shapeElements } from '../documents/object-listing.ts';
import { s3Error } from '../errors.ts';
import { bucketOwner } from '../owners.ts';
import { readContinuationToken, textParameter, writeContinuationToken } from '../query-parameters.ts';

export const listObjectsV2Operation = s3Operation({
  name: 'ListObjectsV2',
  route: { method: 'GET', scope: 'bucket', query: ['list-type'] },
  body: noBody,
  parse: (view) => {
    const type = textParameter(view, 'list-type');
    if (type !== '2') {
      throw s3Error('InvalidArgument', 'Invalid List Type', {
        ArgumentName: 'list-type',
        ArgumentValue: type,
      });
    }
    return {
      bucket: bucketOf(view),
      ...listingParametersOf(view),
      startAfter: textParameter(view, 'start-after') ?? '',
      token: textParameter(view, 'continuation-token'),
      continued: readContinuationToken(view),
      fetchOwner: textParameter(view, 'fetch-owner') === 'true',
    };
  },
  authorize: ({ bucket, prefix }) => [{ action: 'storage.objects.list', bucket, prefix }],
  run: async ({ core, actor, input }) => {
    const { bucket, prefix, delimiter, maxKeys, startAfter, continued, fetchOwner } = input;
    const after = continued ?? (startAfter === '' ? undefined : startAfter);
    const page = await listObjects(core, {
      bucket,
      prefix,
      delimiter,
      limit: maxKeys,
      ...(after !== undefined && { after }),
    });
    return { ...page, owner: fetchOwner ? await bucketOwner(core, actor, bucket) : undefined };
  },
  reply: ({ entries, truncated, owner }, input) => {
    const { bucket, prefix, delimiter, maxKeys, urlEncoded, startAfter, token } = input;
    const write = nameWriter(urlEncoded);
    const last = truncated ? lastName(entries) : undefined;
    return xmlReply('ListBucketResult', [
      element('Name', bucket),
      element('Prefix', write(prefix)),
      elementUnlessEmpty('StartAfter', write(startAfter)),
      elementUnlessEmpty('ContinuationToken', token),
      elementUnlessEmpty('NextContinuationToken', last && writeContinuationToken(last)),
      element('KeyCount', entries.length),
      element('MaxKeys', maxKeys),
      ...shapeElements({ delimiter, urlEncoded }, write),
      element('IsTruncated', last !== undefined),
      ...entryElements(entries, write, owner),
    ]);
  },
});
