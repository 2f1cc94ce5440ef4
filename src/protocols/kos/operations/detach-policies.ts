/** DetachPolicies: POST /internal/kos/v1/policy/detach (reference 10.5, K4): for the user `kcid`, or for the account as a whole. Answers with the last one. */
import { detachPolicies as detach } from '../../../core/identity/account-policies.ts';
import { attachmentOperation } from '../policy-attachment.ts';

export const detachPolicies = attachmentOperation({
  name: 'DetachPolicies',
  path: '/internal/kos/v1/policy/detach',
  summary: 'Takes policies back from a user, or from the whole account; all of them or none',
  refusals: [400, 403, 404],
  change: detach,
});
