/** CreatePolicy: POST /internal/kos/v1/policy (reference 10.5). It does nothing until it is attached. */
import { json } from '../../../base/http/reply.ts';
import { createPolicy as create } from '../../../core/identity/account-policies.ts';
import { jsonBody } from '../json-body.ts';
import { policyBodySchema, policyDraft, policySchema } from '../policy-body.ts';
import { policyAccount, policyDocument } from '../policy-document.ts';
import { accountOf, administersAccount, operation } from '../request.ts';

export const createPolicy = operation({
  name: 'CreatePolicy',
  route: { methods: ['POST'], path: '/internal/kos/v1/policy' },
  document: {
    summary: 'Makes a policy of the account, which does nothing until it is attached',
    body: { schema: policyBodySchema },
    success: { status: 201, schema: policySchema },
    refusals: [400, 403, 404, 409],
  },
  body: jsonBody(policyBodySchema),
  parse: accountOf,
  authorize: administersAccount,
  run: async ({ core, input, body }) => {
    const account = await policyAccount(core, input);
    const policy = await create(core, input, policyDraft(body, account));
    return { policy, accountNumber: account.number };
  },
  resource: (_body, output) => ({ type: 'Policy', name: output?.policy.name, id: output?.policy.id }),
  reply: (policy, _input, view) => json(201, policyDocument(policy, view)),
});
