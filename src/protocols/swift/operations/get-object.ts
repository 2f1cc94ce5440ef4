/** GET /v1/{account}/{container}/{object}: the bytes, or ranges of them. */
import { noBody } from '../../operation.ts';
import { parseRanges } from '../byte-ranges.ts';
import { readConditions } from '../conditions.ts';
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
    };
  },
  authorize: ({ bucket, key, project }) => [{ action: 'storage.objects.get', bucket, key, project }],
  run: async ({ core, input }) => readingReply(core, await readOrRefuse(core, input)),
  reply: (reply) => reply,
});
