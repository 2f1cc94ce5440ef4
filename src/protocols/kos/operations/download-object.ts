/**
 * DownloadObject: POST /kos/v1/buckets/{bucketId}/objects/download (reference 10.7, K5): an address to GET the bytes from; the bytes
 * themselves for a client that accepts nothing but `application/octet-stream`.
 */
import { Type } from 'typebox';
import { httpDate } from '../../../base/http/http-date.ts';
import { json } from '../../../base/http/reply.ts';
import { type ObjectReading, readObject } from '../../../core/objects/get.ts';
import { addressable, mayOn, objectKeyBody, objectKeySchema, objectResource } from '../object-names.ts';
import { baseUrl, objectUrl } from '../object-url.ts';
import { bucketOf, type KosView, operation, userOf } from '../request.ts';
import { answerObject } from '../schemas.ts';

const bytes = 'application/octet-stream';

function wantsBytes({ request }: KosView): boolean {
  return request.header('accept')?.trim().toLowerCase() === bytes;
}

function bytesReply({ info, open }: ObjectReading) {
  const headers = {
    'Content-Type': bytes,
    'Content-Length': info.size,
    ETag: `"${info.etag}"`,
    'Last-Modified': httpDate(info.modifiedAt),
  };
  return { status: 200, headers, body: info.size === 0 ? '' : open({ start: 0, end: info.size }) };
}

export const downloadObject = operation({
  name: 'DownloadObject',
  route: { methods: ['POST'], path: '/kos/v1/buckets/:bucketId/objects/download' },
  document: {
    summary: 'An address to download an object from; or its bytes',
    body: { schema: objectKeySchema },
    success: {
      status: 200,
      schema: answerObject({
        objectKey: Type.String(),
        preSignedUrl: Type.String({ description: 'answers one GET after the other, for 15 minutes' }),
      }),
      bytes,
    },
    refusals: [400, 403, 404],
  },
  body: objectKeyBody,
  parse: (view) => ({ place: bucketOf(view), base: baseUrl(view), direct: wantsBytes(view) }),
  authorize: 'in-run',
  run: async ({ core, actor, input: { place, base, direct }, body: { key } }) => {
    const sight = await mayOn(core, actor, place, ['storage.objects.get', key]);
    const { bucket } = place;
    const reading = await readObject(core, { bucket, key, conditions: {}, sight, reader: actor });
    if (direct) return { reading };
    const address = { method: 'GET' as const, base, bucket, key: addressable(key) };
    return { objectKey: key, preSignedUrl: await objectUrl(core, userOf(actor), address) };
  },
  resource: objectResource,
  reply: (answer) => ('reading' in answer ? bytesReply(answer.reading) : json(200, answer)),
});
