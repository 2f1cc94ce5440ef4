/** GetNewestPolicy: GET /internal/kos/v1/policy (reference 10.5, K11): one object, the policy made last; 404 when there is none. */
import { json } from '../../../base/http/reply.ts';
import { CoreError } from '../../../core/errors.ts';
import { listPolicies } from '../../../core/identity/account-policies.ts';
import { accountNumberOf } from '../../../core/identity/accounts.ts';
import { noBody } from '../../operation.ts';
import { policySchema } from '../policy-body.ts';
import { policyDocument } from '../policy-document.ts';
import { accountOf, administersAccount, operation } from '../request.ts';

export const getNewestPolicy = operation({
  name: 'GetNewestPolicy',
  route: { methods: ['GET'], path: '/internal/kos/v1/policy' },
  document: {
    summary: 'The policy of the account that was made last',
    success: { status: 200, schema: policySchema },
    refusals: [400, 403, 404],
  },
  body: noBody,
  parse: accountOf,
  authorize: administersAccount,
  run: async ({ core, input }) => {
    const policy = (await listPolicies(core, input)).at(-1);
    if (policy === undefined) throw new CoreError('NoSuchPolicy', { policy: 'newest' });
    return { policy, accountNumber: await accountNumberOf(core, input) };
  },
  reply: (policy, _input, view) => json(200, policyDocument(policy, view)),
});
