/** HEAD /v1/{account}/{container}/{object}: what is known about an object. Ranges mean nothing here, as in Swift. */
import { noBody } from '../../operation.ts';
import { readConditions } from '../conditions.ts';
import { asksManifest } from '../large-objects.ts';
import { objectHeaders } from '../object-headers.ts';
import { lookOrRefuse } from '../object-reading.ts';
import { swiftOperation } from '../swift-operation.ts';

export const headObject = swiftOperation({
  name: 'HeadObject',
  route: { scope: 'object', method: 'HEAD' },
  body: noBody,
  parse: (view) => ({
    project: view.project(),
    bucket: view.container(),
    key: view.object(),
    conditions: readConditions(view.request),
    stored: asksManifest(view.request, 'get'),
  }),
  authorize: ({ bucket, key, project }) => [{ action: 'storage.objects.getMeta', bucket, key, project }],
  run: ({ core, actor, input }) => lookOrRefuse(core, { ...input, reader: actor }),
  reply: ({ info }) => ({
    status: 200,
    headers: { ...objectHeaders(info), 'Content-Length': info.size },
  }),
});
