/** PUT /v1/{account}/{container}: makes a container, or changes the metadata and ACLs of the project's own. */
import { authorize } from '../../../core/access/authorize.ts';
import type { Actor } from '../../../core/actor.ts';
import { type ContainerAclChange, prepareContainerAcl } from '../../../core/buckets/container-acl.ts';
import { createBucket } from '../../../core/buckets/create.ts';
import { updateBucket } from '../../../core/buckets/update.ts';
import type { Core } from '../../../core/core.ts';
import { CoreError, isCoreError } from '../../../core/errors.ts';
import type { BucketName, ProjectId } from '../../../core/model/names.ts';
import { noBody } from '../../operation.ts';
import { storagePolicy } from '../account.ts';
import { containerAclChange } from '../container-acl.ts';
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
  readonly acl: ContainerAclChange | undefined;
}

function checkStoragePolicy({ request }: SwiftView): void {
  const asked = request.headerText('x-storage-policy');
  if (!asked || asked.toLowerCase() === storagePolicy) return;
  throw refuseText(400, `Invalid X-Storage-Policy '${asked.slice(0, 100)}'`);
}

async function create(core: Core, actor: Actor, input: PutContainerInput): Promise<'created' | 'updated'> {
  if (actor.kind !== 'user') throw new CoreError('Unauthenticated', { reason: 'a container needs an owner' });
  try {
    const { bucket: name, project, acl } = input;
    const metadata = changedMetadata('container', {}, input.change);
    const access = acl && (await prepareContainerAcl(core, project, acl));
    await createBucket(core, actor, { name, project, metadata, ...(access && { access }) });
    return 'created';
  } catch (error) {
    if (!isCoreError(error, 'BucketExists') || !error.details.sameProject) throw error;
    if (input.change.size > 0 || input.acl !== undefined) await update(core, actor, input);
    return 'updated';
  }
}

async function update(core: Core, actor: Actor, input: PutContainerInput): Promise<void> {
  const { bucket, project, change, acl } = input;
  await authorize(core, actor, rightsToChange(input));
  const access = acl && (await prepareContainerAcl(core, project, acl));
  await updateBucket(core, bucket, (record) => ({
    ...access?.(record),
    metadata: changedMetadata('container', record.metadata, change),
  }));
}

export const putContainer = swiftOperation({
  name: 'PutContainer',
  route: { scope: 'container', method: 'PUT' },
  body: noBody,
  parse(view): PutContainerInput {
    checkStoragePolicy(view);
    const change = metadataChange(view.request, 'container');
    const acl = containerAclChange(view.request);
    return { project: view.project(), bucket: view.newContainer(), change, acl };
  },
  authorize: ({ project }) => [{ action: 'storage.buckets.create', project }],
  run: ({ core, actor, input }) => create(core, actor, input),
  reply: (outcome) => (outcome === 'created' ? empty(201) : page(202)),
});
