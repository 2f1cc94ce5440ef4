/** AttachPolicies: POST /internal/kos/v1/policy/attach (reference 10.5, K4): for the user `kcid`, or for the account as a whole. Answers with the last one. */
import { attachPolicies as attach } from '../../../core/identity/account-policies.ts';
import { attachmentOperation } from '../policy-attachment.ts';

export const attachPolicies = attachmentOperation({
  name: 'AttachPolicies',
  path: '/internal/kos/v1/policy/attach',
  summary: 'Puts policies in force for a user, or for the whole account; all of them or none',
  refusals: [400, 403, 404, 409],
  change: attach,
});
