/** ListBuckets: the buckets of the caller's project. */
import { element } from '../../../base/wire/xml.ts';
import { listBuckets } from '../../../core/buckets/list.ts';
import { noBody } from '../../operation.ts';
import { s3Operation } from '../define-operation.ts';
import { elementUnlessEmpty, ownerElement, timestamp, xmlReply } from '../documents/elements.ts';
import { projectOf } from '../projects.ts';
import {
  integerParameter,
  readContinuationToken,
  textParameter,
  writeContinuationToken,
} from '../query-parameters.ts';

const mostBuckets = 10_000;

const action = 'storage.buckets.list';

export const listBucketsOperation = s3Operation({
  name: 'ListBuckets',
  route: { method: 'GET', scope: 'service' },
  body: noBody,
  parse: (view) => ({
    prefix: textParameter(view, 'prefix'),
    region: textParameter(view, 'bucket-region'),
    after: readContinuationToken(view),
    maxBuckets: integerParameter(view, 'max-buckets', { min: 1, max: mostBuckets }),
  }),
  authorize: (_, actor) => [{ action, project: projectOf(actor, action).project }],
  run: async ({ core, actor, input }) => {
    const { user, project } = projectOf(actor, action);
    const { region } = core.settings;
    const elsewhere = !!input.region && !core.settings.regions.includes(input.region);
    const page = elsewhere
      ? { buckets: [], truncated: false }
      : await listBuckets(core, {
          project,
          limit: input.maxBuckets ?? mostBuckets,
          ...(input.prefix !== undefined && { prefix: input.prefix }),
          ...(input.after !== undefined && { after: input.after }),
        });
    return { ...page, region, owner: { id: user.userId, displayName: user.displayName } };
  },
  reply: ({ buckets, truncated, region, owner }, { prefix }) => {
    const last = buckets.at(-1);
    return xmlReply('ListAllMyBucketsResult', [
      ownerElement('Owner', owner),
      element(
        'Buckets',
        buckets.map((bucket) =>
          element('Bucket', [
            element('Name', bucket.name),
            element('CreationDate', timestamp(bucket.createdAt)),
            element('BucketRegion', region),
          ]),
        ),
      ),
      truncated && last !== undefined
        ? element('ContinuationToken', writeContinuationToken(last.name))
        : undefined,
      elementUnlessEmpty('Prefix', prefix),
    ]);
  },
});
