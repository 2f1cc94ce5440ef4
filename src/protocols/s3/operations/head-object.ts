/** HeadObject. */
import { headObject } from '../../../core/objects/get.ts';
import { noBody } from '../../operation.ts';
import { s3Operation } from '../define-operation.ts';
import { parseReadRequest, readInTerms, readingHead } from '../object-reading.ts';

export const headObjectOperation = s3Operation({
  name: 'HeadObject',
  route: { method: 'HEAD', scope: 'object', parameters: ['partNumber'] },
  body: noBody,
  parse: parseReadRequest,
  authorize: ({ bucket, key }) => [{ action: 'storage.objects.getMeta', bucket, key }],
  run: ({ core, actor, input, sight }) =>
    readInTerms(actor, input, (wanted) => headObject(core, { ...wanted, reader: actor, sight })),
  reply: (reading, input) => {
    const { status, headers } = readingHead(reading, input);
    return { status, headers };
  },
});
