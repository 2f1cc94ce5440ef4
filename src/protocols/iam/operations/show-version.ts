/** GET /v3: the version document, which clients read before anything else. */
import { json } from '../../../base/http/reply.ts';
import { noBody } from '../../operation.ts';
import { versionDocument } from '../documents/version.ts';
import { operation } from '../request.ts';

export const showVersion = operation({
  name: 'ShowVersion',
  route: { methods: ['GET', 'HEAD'], path: '/v3', policy: '' },
  body: noBody,
  parse: ({ versionUrl }) => versionUrl,
  authorize: 'public',
  run: async ({ input }) => ({ version: versionDocument(input) }),
  reply: (version) => json(200, version),
});
