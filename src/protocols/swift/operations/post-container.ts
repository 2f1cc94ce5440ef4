/** POST /v1/{account}/{container}: container metadata and ACLs. */
import { prepareContainerAcl } from '../../../core/buckets/container-acl.ts';
import { updateBucket } from '../../../core/buckets/update.ts';
import { noBody } from '../../operation.ts';
import { containerAclChange } from '../container-acl.ts';
import { changedMetadata, metadataChange } from '../metadata.ts';
import { empty } from '../pages.ts';
import { rightsToChange } from '../secret-headers.ts';
import { swiftOperation } from '../swift-operation.ts';

export const postContainer = swiftOperation({
  name: 'PostContainer',
  route: { scope: 'container', method: 'POST' },
  body: noBody,
  parse: (view) => ({
    project: view.project(),
    bucket: view.container(),
    change: metadataChange(view.request, 'container', view.dialect.containerMetadataPrefixes),
    acl: containerAclChange(view.request),
  }),
  authorize: rightsToChange,
  run: async ({ core, input: { bucket, project, change, acl } }) => {
    const access = acl && (await prepareContainerAcl(core, project, acl));
    return updateBucket(core, bucket, (record) => ({
      ...access?.(record),
      metadata: changedMetadata('container', record.metadata, change),
    }));
  },
  reply: (_bucket, _input, { dialect }) => empty(dialect.containerPostStatus),
});
