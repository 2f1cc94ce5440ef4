/** GetObject. */
import { readObject } from '../../../core/objects/get.ts';
import { noBody } from '../../operation.ts';
import { s3Operation } from '../define-operation.ts';
import { parseReadRequest, readInTerms, readingHead } from '../object-reading.ts';

export const getObjectOperation = s3Operation({
  name: 'GetObject',
  route: { method: 'GET', scope: 'object', parameters: ['partNumber'] },
  body: noBody,
  parse: parseReadRequest,
  authorize: ({ bucket, key }) => [{ action: 'storage.objects.get', bucket, key }],
  run: ({ core, actor, input, sight }) =>
    readInTerms(actor, input, (wanted) => readObject(core, { ...wanted, reader: actor, sight })),
  reply: (reading, input) => {
    const { status, headers, range } = readingHead(reading, input);
    return { status, headers, body: range.end === range.start ? '' : reading.open(range) };
  },
});
