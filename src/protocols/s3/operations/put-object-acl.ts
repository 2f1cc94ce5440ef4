/** PutObjectAcl: objects have no ACLs of their own, so only what says so is accepted (reference, section 1). */
import { headObject } from '../../../core/objects/get.ts';
import { documentBody } from '../../operation.ts';
import { objectOf } from '../address.ts';
import { type S3Request, s3Operation } from '../define-operation.ts';
import { s3Error } from '../errors.ts';
import { refuseUnserved } from '../refusals.ts';

export const putObjectAclOperation = s3Operation({
  name: 'PutObjectAcl',
  route: { method: 'PUT', scope: 'object', query: ['acl'] },
  body: documentBody<S3Request, undefined>(256 * 1024, (bytes, view) => {
    if (bytes.length === 0 && view.request.header('x-amz-acl') !== undefined) return undefined;
    throw s3Error('NotImplemented', 'Access control lists of objects are not implemented.');
  }),
  parse: (view) => {
    // Of all headers, canned ACLs and grants are what this call can carry.
    refuseUnserved(view, 'objectWrite');
    return objectOf(view);
  },
  authorize: ({ bucket, key }) => [{ action: 'storage.objects.update', bucket, key }],
  run: ({ core, input, sight }) => headObject(core, { ...input, stored: true, conditions: {}, sight }),
  reply: () => ({ status: 200 }),
});
