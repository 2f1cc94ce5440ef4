/** UpdatePolicy: PUT /internal/kos/v1/policy/{policykrn} (reference 10.5). What is absent or null stays; it holds with the next request. */
import { json } from '../../../base/http/reply.ts';
import { updatePolicy as update } from '../../../core/identity/account-policies.ts';
import { jsonBody } from '../json-body.ts';
import { policyBodySchema, policyDraft, policySchema } from '../policy-body.ts';
import { policyAccount, policyDocument, policyIdOf, policyOfPath } from '../policy-document.ts';
import { administersAccount, operation } from '../request.ts';

export const updatePolicy = operation({
  name: 'UpdatePolicy',
  route: { methods: ['PUT'], path: '/internal/kos/v1/policy/:policykrn' },
  document: {
    summary: 'Changes a policy of the account; what is absent or null stays as it is',
    body: { schema: policyBodySchema },
    success: { status: 200, schema: policySchema },
    refusals: [400, 403, 404, 409],
  },
  body: jsonBody(policyBodySchema),
  parse: policyOfPath,
  authorize: ({ project }) => administersAccount(project),
  run: async ({ core, input: { project, krn }, body }) => {
    const account = await policyAccount(core, project);
    const policy = await update(core, project, policyIdOf(krn, account), policyDraft(body, account));
    return { policy, accountNumber: account.number };
  },
  reply: (policy, _input, view) => json(200, policyDocument(policy, view)),
});
