/** COPY of an object to its Destination; or the same as PUT with X-Copy-From. */
import { noBody } from '../../operation.ts';
import { copiedReply, copy, copyPermissions, parseCopyFrom, parseCopyTo } from '../copying.ts';
import { swiftOperation } from '../swift-operation.ts';

export const copyObject = swiftOperation({
  name: 'CopyObject',
  route: { scope: 'object', method: 'COPY' },
  body: noBody,
  parse: parseCopyTo,
  authorize: copyPermissions,
  run: ({ core, actor, input, signal }) => copy(core, actor, input, signal),
  reply: (copied, _input, view) => copiedReply(copied, view),
});

export const putObjectCopy = swiftOperation({
  name: 'PutObjectCopy',
  route: { scope: 'object', method: 'PUT', header: 'x-copy-from' },
  body: noBody,
  parse: parseCopyFrom,
  authorize: copyPermissions,
  run: ({ core, actor, input, signal }) => copy(core, actor, input, signal),
  reply: (copied, _input, view) => copiedReply(copied, view),
});
