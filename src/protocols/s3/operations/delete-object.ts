/** DeleteObject: an absent object is deleted as well; with `versionId` one version or delete marker for ever. */
import { deleteObject } from '../../../core/objects/delete.ts';
import { noBody } from '../../operation.ts';
import { objectOf } from '../address.ts';
import { writeConditions } from '../conditions.ts';
import { s3Operation } from '../define-operation.ts';
import { refuseUnserved } from '../refusals.ts';
import { deletionHeaders } from '../version-headers.ts';

export const deleteObjectOperation = s3Operation({
  name: 'DeleteObject',
  route: { method: 'DELETE', scope: 'object' },
  body: noBody,
  parse: (view) => {
    refuseUnserved(view, 'objectDelete');
    return { ...objectOf(view), conditions: writeConditions(view) };
  },
  authorize: ({ bucket, key }) => [{ action: 'storage.objects.delete', bucket, key }],
  run: ({ core, input }) => deleteObject(core, { ...input, markAbsent: true }),
  reply: (deleted) => ({ status: 204, headers: deletionHeaders(deleted) }),
});
