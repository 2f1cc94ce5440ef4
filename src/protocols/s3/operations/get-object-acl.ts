/** GetObjectAcl: objects have no ACLs of their own; the bucket's owner has full control. */

import { aclOf } from '../../../core/buckets/acl.ts';
import { getBucket } from '../../../core/buckets/get.ts';
import { headObject } from '../../../core/objects/get.ts';
import { noBody } from '../../operation.ts';
import { objectOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { accessControlPolicyElements } from '../documents/access-control-policy.ts';
import { xmlReply } from '../documents/elements.ts';
import { ownerOf } from '../owners.ts';

export const getObjectAclOperation = s3Operation({
  name: 'GetObjectAcl',
  route: { method: 'GET', scope: 'object', query: ['acl'] },
  body: noBody,
  parse: objectOf,
  authorize: ({ bucket, key }) => [{ action: 'storage.buckets.getIamPolicy', bucket, key }],
  run: async ({ core, actor, input, sight }) => {
    await headObject(core, { ...input, stored: true, conditions: {}, sight });
    const bucket = await getBucket(core, input.bucket);
    const owner = await ownerOf(core, actor, bucket.ownerId);
    return { owner, grants: aclOf({ grants: bucket.grants.filter(({ role }) => role === 'storage.owner') }) };
  },
  reply: ({ owner, grants }) =>
    xmlReply('AccessControlPolicy', accessControlPolicyElements(owner, grants, new Map([[owner.id, owner]]))),
});
