/** GET /identity: which versions of the API there are; 300 with the one choice (wire page, section 1). */
import { json } from '../../../base/http/reply.ts';
import { noBody } from '../../operation.ts';
import { versionDocument } from '../documents/version.ts';
import { operation } from '../request.ts';

export const listVersions = operation({
  name: 'ListVersions',
  route: { methods: ['GET', 'HEAD'], path: '/', policy: '' },
  body: noBody,
  parse: ({ versionUrl }) => versionUrl,
  authorize: 'public',
  run: async ({ input }) => ({ versions: { values: [versionDocument(input)] } }),
  reply: (versions, versionUrl) => json(300, versions, { Location: `${versionUrl}/` }),
});
