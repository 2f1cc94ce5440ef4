/** CreateBucket. */
import { prepareAcl } from '../../../core/buckets/acl.ts';
import { createBucket } from '../../../core/buckets/create.ts';
import { aclOfHeaders } from '../acl.ts';
import { newBucketOf } from '../address.ts';
import { s3Operation } from '../define-operation.ts';
import { checkCreateBucketConfiguration } from '../documents/create-bucket-configuration.ts';
import { xmlBody } from '../documents/read-document.ts';
import { projectOf } from '../projects.ts';
import { refuseUnserved } from '../refusals.ts';

const action = 'storage.buckets.create';

export const createBucketOperation = s3Operation({
  name: 'CreateBucket',
  route: { method: 'PUT', scope: 'bucket' },
  body: xmlBody(64 * 1024, checkCreateBucketConfiguration),
  parse: (view) => {
    refuseUnserved(view, 'bucketWrite');
    const acl = aclOfHeaders(view);
    // A new bucket is as private as its project's roles leave it, said or not (DESIGN 12).
    return { name: newBucketOf(view), acl: acl === 'private' ? undefined : acl };
  },
  authorize: (_, actor) => [{ action, project: projectOf(actor, action).project }],
  run: async ({ core, actor, input: { name, acl } }) => {
    const { user, project } = projectOf(actor, action);
    const access = acl && (await prepareAcl(core, project, acl));
    return createBucket(core, user, { name, project, ...(access && { access }) });
  },
  reply: ({ name }) => ({ status: 200, headers: { Location: `/${name}` } }),
});
