/** DELETE /v3/groups/{id}: grants to it speak for nobody from then on. */
import { deleteGroup as remove } from '../../../core/identity/groups.ts';
import { noBody } from '../../operation.ts';
import { groupOfPath, operation } from '../request.ts';

export const deleteGroup = operation({
  name: 'DeleteGroup',
  route: { methods: ['DELETE'], path: '/v3/groups/:group', policy: 'identity:delete_group' },
  body: noBody,
  parse: groupOfPath,
  authorize: () => [{ action: 'identity.groups.manage', service: true }],
  run: ({ core, input }) => remove(core, input),
  reply: () => ({ status: 204 }),
});
