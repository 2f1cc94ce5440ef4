/** PUT /v1/{account}/{container}: makes a container, or changes the metadata of the project's own. */
import { authorize } from '../../../core/access/authorize.ts';
import type { Actor } from '../../../core/actor.ts';
import { createBucket } from '../../../core/buckets/create.ts';
import { updateBucket } from '../../../core/buckets/update.ts';
import type { Core } from '../../../core/core.ts';
import { CoreError, isCoreError } from '../../../core/errors.ts';
import type { BucketName, ProjectId } from '../../../core/model/names.ts';
import { noBody } from '../../operation.ts';
import { storagePolicy } from '../account.ts';
import { refuseText } from '../errors.ts';
import { changedMetadata, type MetadataChange, metadataChange } from '../metadata.ts';
import { empty, page } from '../pages.ts';
import { rightsToChange } from '../secret-headers.ts';
import { swiftOperation } from '../swift-operation.ts';
import type { SwiftView } from '../view.ts';

interface PutContainerInput {
  readonly project: ProjectId;
  readonly bucket: BucketName;
  readonly change: MetadataChange;
}

function checkStoragePolicy({ request }: SwiftView): void {
  const asked = request.headerText('x-storage-policy');
  if (!asked || asked.toLowerCase() === storagePolicy) return;
  throw refuseText(400, `Invalid X-Storage-Policy '${asked.slice(0, 100)}'`);
}

async function create(core: Core, actor: Actor, input: PutContainerInput): Promise<'created' | 'updated'> {
  if (actor.kind !== 'user') throw new CoreError('Unauthenticated', { reason: 'a container needs an owner' });
  try {
    const metadata = changedMetadata('container', {}, input.change);
    await createBucket(core, actor, { name: input.bucket, project: input.project, metadata });
    return 'created';
  } catch (error) {
    if (!isCoreError(error, 'BucketExists') || !error.details.sameProject) throw error;
    if (input.change.size > 0) await update(core, actor, input);
    return 'updated';
  }
}

async function update(
  core: Core,
  actor: Actor,
  { bucket, project, change }: PutContainerInput,
): Promise<void> {
  await authorize(core, actor, rightsToChange(bucket, project, change));
  await updateBucket(core, bucket, ({ metadata }) => ({
    metadata: changedMetadata('container', metadata, change),
  }));
}

export const putContainer = swiftOperation({
  name: 'PutContainer',
  route: { scope: 'container', method: 'PUT' },
  body: noBody,
  parse(view): PutContainerInput {
    checkStoragePolicy(view);
    const change = metadataChange(view.request, 'container');
    return { project: view.project(), bucket: view.newContainer(), change };
  },
  authorize: ({ project }) => [{ action: 'storage.buckets.create', project }],
  run: ({ core, actor, input }) => create(core, actor, input),
  reply: (outcome) => (outcome === 'created' ? empty(201) : page(202)),
});
