/** GetPolicy: GET /internal/kos/v1/policy/{policykrn} (reference 10.5). */
import { json } from '../../../base/http/reply.ts';
import { getPolicy as get } from '../../../core/identity/account-policies.ts';
import { noBody } from '../../operation.ts';
import { policySchema } from '../policy-body.ts';
import { policyAccount, policyDocument, policyIdOf, policyOfPath } from '../policy-document.ts';
import { administersAccount, operation } from '../request.ts';

export const getPolicy = operation({
  name: 'GetPolicy',
  route: { methods: ['GET'], path: '/internal/kos/v1/policy/:policykrn' },
  document: {
    summary: 'A policy of the account',
    success: { status: 200, schema: policySchema },
    refusals: [400, 403, 404],
  },
  body: noBody,
  parse: policyOfPath,
  authorize: ({ project }) => administersAccount(project),
  run: async ({ core, input: { project, krn } }) => {
    const account = await policyAccount(core, project);
    const policy = await get(core, project, policyIdOf(krn, account));
    return { policy, accountNumber: account.number };
  },
  reply: (policy, _input, view) => json(200, policyDocument(policy, view)),
});
