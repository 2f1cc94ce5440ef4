/** CreateBucket. */
import { createBucket } from '../../../core/buckets/create.ts';
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
    return { name: newBucketOf(view) };
  },
  authorize: (_, actor) => [{ action, project: projectOf(actor, action).project }],
  run: async ({ core, actor, input }) => {
    const { user, project } = projectOf(actor, action);
    return createBucket(core, user, { ...input, project });
  },
  reply: ({ name }) => ({ status: 200, headers: { Location: `/${name}` } }),
});
