/** POST /v1/{account}: account metadata. */
import { updateProjectMetadata } from '../../../core/buckets/project.ts';
import { noBody } from '../../operation.ts';
import { changedMetadata, metadataChange } from '../metadata.ts';
import { empty } from '../pages.ts';
import { swiftOperation } from '../swift-operation.ts';

export const postAccount = swiftOperation({
  name: 'PostAccount',
  route: { scope: 'account', method: 'POST' },
  body: noBody,
  parse: (view) => ({ project: view.project(), change: metadataChange(view.request, 'account') }),
  authorize: ({ project }) => [{ action: 'storage.projects.update', project }],
  run: ({ core, input }) =>
    updateProjectMetadata(core, input.project, (current) =>
      changedMetadata('account', current, input.change),
    ),
  reply: () => empty(204),
});
