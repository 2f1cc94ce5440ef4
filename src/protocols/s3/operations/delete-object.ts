/**
 * DeleteObject: an absent object is deleted as well; with `versionId` one version or delete marker for ever, for which the bucket's MFA
 * delete asks for `x-amz-mfa`.
 */
import { deleteObject } from '../../../core/objects/delete.ts';
import { noBody } from '../../operation.ts';
import { objectOf } from '../address.ts';
import { writeConditions } from '../conditions.ts';
import { s3Operation } from '../define-operation.ts';
import { factorOf, readMfa } from '../mfa-header.ts';
import { refuseUnserved } from '../refusals.ts';
import { deletionHeaders } from '../version-headers.ts';

export const deleteObjectOperation = s3Operation({
  name: 'DeleteObject',
  route: { method: 'DELETE', scope: 'object' },
  body: noBody,
  parse: (view) => {
    refuseUnserved(view, 'objectDelete');
    return { ...objectOf(view), conditions: writeConditions(view), mfa: readMfa(view) };
  },
  authorize: ({ bucket, key }) => [{ action: 'storage.objects.delete', bucket, key }],
  run: ({ core, actor, input: { mfa, ...input } }) =>
    deleteObject(core, { ...input, factor: factorOf(core, actor, mfa), markAbsent: true }),
  reply: (deleted) => ({ status: 204, headers: deletionHeaders(deleted) }),
});
