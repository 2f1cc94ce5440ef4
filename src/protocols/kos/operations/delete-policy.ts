/** DeletePolicy: DELETE /internal/kos/v1/policy/{policykrn} (reference 10.5); 409 while it is attached. */
import { deletePolicy as remove } from '../../../core/identity/account-policies.ts';
import { noBody } from '../../operation.ts';
import { policyAccount, policyIdOf, policyOfPath } from '../policy-document.ts';
import { administersAccount, operation } from '../request.ts';

export const deletePolicy = operation({
  name: 'DeletePolicy',
  route: { methods: ['DELETE'], path: '/internal/kos/v1/policy/:policykrn' },
  document: {
    summary: 'Deletes a policy of the account that is attached nowhere',
    success: { status: 204 },
    refusals: [400, 403, 404, 409],
  },
  body: noBody,
  parse: policyOfPath,
  authorize: ({ project }) => administersAccount(project),
  run: async ({ core, input: { project, krn } }) =>
    remove(core, project, policyIdOf(krn, await policyAccount(core, project))),
  reply: () => ({ status: 204 }),
});
