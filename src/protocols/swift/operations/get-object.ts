/** GET /v1/{account}/{container}/{object}: the bytes, or ranges of them; of a large object also its manifest. */
import { noBody } from '../../operation.ts';
import { parseRanges } from '../byte-ranges.ts';
import { readConditions } from '../conditions.ts';
import { isLargeObject, manifestReply } from '../large-objects.ts';
import { objectHeaders } from '../object-headers.ts';
import { readingReply, readOrRefuse } from '../object-reading.ts';
import { swiftOperation } from '../swift-operation.ts';

export const getObject = swiftOperation({
  name: 'GetObject',
  route: { scope: 'object', method: 'GET' },
  body: noBody,
  parse(view) {
    const ranges = parseRanges(view.request.header('range'));
    return {
      project: view.project(),
      bucket: view.container(),
      key: view.object(),
      conditions: readConditions(view.request),
      ...(ranges === undefined ? {} : { ranges }),
      manifest: view.request.query.get('multipart-manifest')?.toLowerCase() === 'get',
    };
  },
  authorize: ({ bucket, key, project }) => [{ action: 'storage.objects.get', bucket, key, project }],
  async run({ core, input }) {
    const reading = await readOrRefuse(core, input);
    if (input.manifest && isLargeObject(reading.info)) return manifestReply(objectHeaders(reading.info));
    return readingReply(core, reading);
  },
  reply: (reply) => reply,
});
