/** DetachPolicies: POST /internal/kos/v1/policy/detach (reference 10.5, K4): for the user `kcid`, or for the account as a whole. Answers with the last one. */
import { json } from '../../../base/http/reply.ts';
import { detachPolicies as detach, getPolicy } from '../../../core/identity/account-policies.ts';
import { jsonBody } from '../json-body.ts';
import { policySchema } from '../policy-body.ts';
import { attachmentOf, attachmentSchema, policyAccount, policyDocument } from '../policy-document.ts';
import { accountOf, administersAccount, operation } from '../request.ts';

export const detachPolicies = operation({
  name: 'DetachPolicies',
  route: { methods: ['POST'], path: '/internal/kos/v1/policy/detach' },
  document: {
    summary: 'Takes policies back from a user, or from the whole account; all of them or none',
    body: { schema: attachmentSchema },
    success: { status: 200, schema: policySchema },
    refusals: [400, 403, 404],
  },
  body: jsonBody(attachmentSchema),
  parse: accountOf,
  authorize: administersAccount,
  run: async ({ core, input, body }) => {
    const account = await policyAccount(core, input);
    const { last, ...attachment } = attachmentOf(body, account);
    await detach(core, input, attachment);
    return { policy: await getPolicy(core, input, last), accountNumber: account.number };
  },
  resource: (_body, output) => ({ type: 'Policy', name: output?.policy.name, id: output?.policy.id }),
  reply: (policy, _input, view) => json(200, policyDocument(policy, view)),
});
