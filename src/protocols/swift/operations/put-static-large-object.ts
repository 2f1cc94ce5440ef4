/** PUT /v1/{account}/{container}/{object}?multipart-manifest=put: makes a static large object of the segments that the body lists. */
import { examineSegments, putStatic } from '../../../core/large/put-static.ts';
import { documentBody } from '../../operation.ts';
import { announcedSize } from '../body-size.ts';
import { bulkFormat, plainText } from '../bulk-answer.ts';
import { unquoted, writeConditions } from '../conditions.ts';
import { contentTypeOf } from '../content-type.ts';
import { refuseSentence } from '../errors.ts';
import { etagHeaders, staticLimits } from '../large-objects.ts';
import { objectMetadata } from '../metadata.ts';
import { contentHeadersOf, deleteAtOf } from '../object-headers.ts';
import { empty } from '../pages.ts';
import { parseManifest, refuseFaults } from '../static-manifest.ts';
import { swiftOperation } from '../swift-operation.ts';
import { lastModified } from '../times.ts';

export const putStaticLargeObject = swiftOperation({
  name: 'PutStaticLargeObject',
  route: { scope: 'object', method: 'PUT', query: 'multipart-manifest', value: 'put' },
  body: documentBody(staticLimits.max_manifest_size, parseManifest),
  parse(view) {
    const { request, target } = view;
    if (request.header('x-copy-from')) {
      throw refuseSentence(405, 'Multipart Manifest PUTs cannot be COPY requests');
    }
    announcedSize(view);
    const etag = unquoted(request.header('etag') ?? '');
    return {
      project: view.project(),
      format: bulkFormat(view) ?? plainText,
      put: {
        bucket: view.container(),
        key: view.newObject(),
        attributes: {
          contentType: contentTypeOf(request, target.object),
          headers: contentHeadersOf(request),
          metadata: objectMetadata(view),
          ...deleteAtOf(request),
        },
        conditions: writeConditions(request),
        ...(etag !== '' && { etag }),
      },
    };
  },
  authorize: ({ put: { bucket, key }, project }) => [
    { action: 'storage.objects.create', bucket, key, project },
  ],
  async run({ core, actor, input: { format, put }, body, signal }) {
    const { entries, faults } = await examineSegments(core, actor, put, body);
    if (faults.length > 0) throw refuseFaults(format, faults);
    return putStatic(core, actor, { ...put, entries, signal });
  },
  reply: (info) =>
    empty(201, { Etag: etagHeaders(info).Etag, 'Last-Modified': lastModified(info.modifiedAt) }),
});
