/** PutObject. */
import { putObject } from '../../../core/objects/put.ts';
import { streamBody } from '../../operation.ts';
import { newObjectOf } from '../address.ts';
import { bindIntegrity, checksumReplyHeaders, parseIntegrityHeaders } from '../checksum-headers.ts';
import { writeConditions } from '../conditions.ts';
import { requireLength } from '../content-length.ts';
import { s3Operation } from '../define-operation.ts';
import { encryptionOf, encryptionReplyHeaders } from '../encryption-headers.ts';
import { expirationHeaders } from '../lifecycle-headers.ts';
import { attributesOf, quoteEtag } from '../object-headers.ts';
import { refuseUnserved } from '../refusals.ts';
import { versionHeaders } from '../version-headers.ts';

export const putObjectOperation = s3Operation({
  name: 'PutObject',
  route: { method: 'PUT', scope: 'object' },
  body: streamBody,
  parse: (view) => {
    requireLength(view);
    refuseUnserved(view, 'objectWrite');
    return {
      ...newObjectOf(view),
      attributes: attributesOf(view),
      ...encryptionOf(view),
      conditions: writeConditions(view),
      integrity: parseIntegrityHeaders(view),
    };
  },
  authorize: ({ bucket, key }) => [{ action: 'storage.objects.create', bucket, key }],
  run: ({ core, actor, input: { integrity, ...input }, body, signal, sight }) =>
    putObject(core, actor, {
      ...input,
      ...bindIntegrity(integrity, body),
      body,
      ...(body.length !== undefined && { size: body.length }),
      signal,
      sight,
    }),
  reply: (info) => ({
    status: 200,
    headers: {
      ETag: quoteEtag(info.etag),
      ...checksumReplyHeaders(info.checksum),
      ...encryptionReplyHeaders(info),
      ...expirationHeaders(info),
      ...versionHeaders(info),
    },
  }),
});
