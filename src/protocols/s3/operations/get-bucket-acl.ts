/** GetBucketAcl: the owner, and the part of the bucket's grants that an ACL can express. */
import { aclOf } from '../../../core/buckets/acl.ts';
import { getBucket } from '../../../core/buckets/get.ts';
import { noBody } from '../../operation.ts';
import { bucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { accessControlPolicyElements } from '../documents/access-control-policy.ts';
import { xmlReply } from '../documents/elements.ts';
import { ownerOf, ownersOf } from '../owners.ts';

export const getBucketAclOperation = s3Operation({
  name: 'GetBucketAcl',
  route: { method: 'GET', scope: 'bucket', query: ['acl'] },
  body: noBody,
  parse: (view) => ({ bucket: bucketOf(view) }),
  authorize: ({ bucket }) => [{ action: 'storage.buckets.getIamPolicy', bucket }],
  run: async ({ core, actor, input }) => {
    const bucket = await getBucket(core, input.bucket);
    const grants = aclOf(bucket);
    const users = grants.map(({ member }) => member.id).filter((id) => id !== '');
    return {
      grants,
      owner: await ownerOf(core, actor, bucket.ownerId),
      owners: await ownersOf(core, actor, users),
    };
  },
  reply: ({ owner, grants, owners }) =>
    xmlReply('AccessControlPolicy', accessControlPolicyElements(owner, grants, owners)),
});
