/** PUT /v1/{account}/{container}/{object}: stores a body; with X-Object-Manifest the manifest of a dynamic large object. */
import { CoreError } from '../../../core/errors.ts';
import { putObject as storeObject } from '../../../core/objects/put.ts';
import { streamBody } from '../../operation.ts';
import { announcedSize } from '../body-size.ts';
import { unquoted, writeConditions } from '../conditions.ts';
import { contentTypeOf } from '../content-type.ts';
import { segmentNamesOf } from '../large-objects.ts';
import { objectMetadata } from '../metadata.ts';
import { contentHeadersOf, deleteAtOf } from '../object-headers.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';
import { lastModified } from '../times.ts';

/** The MD5 the client states in ETag. Anything else is the digest of no body. @throws CoreError BadDigest */
function expectedMd5(etag: string): Uint8Array {
  if (!/^[0-9a-f]{32}$/.test(etag)) throw new CoreError('BadDigest', { digest: 'md5' });
  return Buffer.from(etag, 'hex');
}

export const putObject = swiftOperation({
  name: 'PutObject',
  route: { scope: 'object', method: 'PUT' },
  body: streamBody,
  parse(view) {
    const { request, target } = view;
    const size = announcedSize(view);
    const names = segmentNamesOf(request);
    return {
      project: view.project(),
      bucket: view.container(),
      key: view.newObject(),
      attributes: {
        contentType: contentTypeOf(request, target.object),
        headers: contentHeadersOf(request),
        metadata: objectMetadata(view),
        ...deleteAtOf(request),
      },
      conditions: writeConditions(request),
      shape: names && { kind: 'dynamic' as const, ...names },
      etag: unquoted(request.header('etag') ?? ''),
      ...(size === undefined ? {} : { size }),
    };
  },
  authorize: ({ bucket, key, project }) => [{ action: 'storage.objects.create', bucket, key, project }],
  run({ core, actor, input: { etag, project: _project, ...input }, body, signal }) {
    const expected = etag === '' ? [] : [{ algorithm: 'md5' as const, value: expectedMd5(etag) }];
    return storeObject(core, actor, { ...input, body, expected, signal });
  },
  reply: (info) => empty(201, { Etag: info.etag, 'Last-Modified': lastModified(info.modifiedAt) }),
});
