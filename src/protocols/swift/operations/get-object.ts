/** GET /v1/{account}/{container}/{object}: the bytes, or ranges of them; of a large object also its manifest. */
import { staticEntries } from '../../../core/large/listing.ts';
import { noBody } from '../../operation.ts';
import { parseRanges } from '../byte-ranges.ts';
import { readConditions } from '../conditions.ts';
import { asksManifest, isOfParts, noManifestReply, rawManifestReply } from '../large-objects.ts';
import { objectHeaders } from '../object-headers.ts';
import { readingReply, readOrRefuse } from '../object-reading.ts';
import { swiftOperation } from '../swift-operation.ts';

export const getObject = swiftOperation({
  name: 'GetObject',
  route: { scope: 'object', method: 'GET' },
  body: noBody,
  parse(view) {
    const ranges = parseRanges(view.request.header('range'));
    const stored = asksManifest(view.request, 'get');
    return {
      project: view.project(),
      bucket: view.container(),
      key: view.object(),
      conditions: readConditions(view.request),
      ...(ranges === undefined ? {} : { ranges }),
      stored,
      /** A static large object's list as it may be put again. */
      raw: stored && view.request.query.get('format')?.toLowerCase() === 'raw',
    };
  },
  authorize: ({ bucket, key, project }) => [{ action: 'storage.objects.get', bucket, key, project }],
  async run({ core, actor, input }) {
    const reading = await readOrRefuse(core, { ...input, reader: actor });
    if (!input.stored) return readingReply(core, reading);
    const { info } = reading;
    if (isOfParts(info)) return noManifestReply(objectHeaders(info));
    const entries = input.raw ? await staticEntries(core, input) : undefined;
    if (entries === undefined) return readingReply(core, reading);
    return rawManifestReply({ ...objectHeaders(info), 'Content-Type': info.contentType }, entries);
  },
  reply: (reply) => reply,
});
