/**
 * Makes the two calls that put policies in force for a user or an account and take them back (reference 10.5, K4): they differ in
 * nothing but the change. Each answers with the last policy named.
 */
import { json } from '../../base/http/reply.ts';
import type { Core } from '../../core/core.ts';
import { type Attachment, getPolicy } from '../../core/identity/account-policies.ts';
import type { ProjectId } from '../../core/model/names.ts';
import { jsonBody } from './json-body.ts';
import { policySchema } from './policy-body.ts';
import { attachmentOf, attachmentSchema, policyAccount, policyDocument } from './policy-document.ts';
import { accountOf, administersAccount, type KosDocument, operation } from './request.ts';

export interface AttachmentCall {
  readonly name: string;
  readonly path: string;
  readonly summary: string;
  readonly refusals: KosDocument['refusals'];
  readonly change: (core: Core, project: ProjectId, attachment: Attachment) => Promise<void>;
}

export function attachmentOperation({ name, path, summary, refusals, change }: AttachmentCall) {
  return operation({
    name,
    route: { methods: ['POST'], path },
    document: {
      summary,
      body: { schema: attachmentSchema },
      success: { status: 200, schema: policySchema },
      refusals,
    },
    body: jsonBody(attachmentSchema),
    parse: accountOf,
    authorize: administersAccount,
    run: async ({ core, input, body }) => {
      const account = await policyAccount(core, input);
      const { last, ...attachment } = attachmentOf(body, account);
      // Before the change: behind it nothing may fail, or a client that tries again finds it done and is refused.
      const policy = await getPolicy(core, input, last);
      await change(core, input, attachment);
      return { policy, accountNumber: account.number };
    },
    resource: (_body, output) => ({ type: 'Policy', name: output?.policy.name, id: output?.policy.id }),
    reply: (policy, _input, view) => json(200, policyDocument(policy, view)),
  });
}
