/** An account's policy as Krutrim's API prints and names it (reference 10.5). */
import { type Static, Type } from 'typebox';
import { undashed } from '../../base/uuid.ts';
import type { Core } from '../../core/core.ts';
import { CoreError } from '../../core/errors.ts';
import type { Attachment } from '../../core/identity/account-policies.ts';
import { accountNumberOf } from '../../core/identity/accounts.ts';
import type { AccountPolicyRecord } from '../../core/identity/records.ts';
import { type ProjectId, parseUserId } from '../../core/model/names.ts';
import { KosError } from './errors.ts';
import { formatKrn, isOfAccount, parseKrn } from './krn.ts';
import type { PolicyAccount } from './policy-body.ts';
import { accountOf, type KosView } from './request.ts';
import { kosTime, maybe } from './schemas.ts';

const krns = Type.Union([Type.Array(Type.String(), { minItems: 1, maxItems: 100 }), Type.String()]);
export const attachmentSchema = Type.Object({
  policyKRNs: krns,
  kcid: maybe(Type.String({ description: 'a user of the account; without it, all of them' })),
});

/** A policy with the number of its account, which its KRN needs. */
export interface NumberedPolicy {
  readonly policy: AccountPolicyRecord;
  readonly accountNumber: string;
}

export async function policyAccount(core: Core, project: ProjectId): Promise<PolicyAccount> {
  return { number: await accountNumberOf(core, project), project };
}

export function policyDocument({ policy, accountNumber }: NumberedPolicy, { settings }: KosView) {
  return {
    name: policy.name,
    policyKRN: formatKrn({
      region: settings.regions[0] ?? '',
      accountNumber,
      project: policy.projectId,
      type: 'policy',
      id: policy.id,
    }),
    CreationDate: kosTime(policy.createdAt),
  };
}

/** The policy that a path names by its KRN, not looked at yet. */
export function policyOfPath(view: KosView): { readonly project: ProjectId; readonly krn: string } {
  return { project: accountOf(view), krn: view.segments.policykrn ?? '' };
}

/** The id behind a policy's KRN. @throws KosError 400 for what is no KRN, CoreError NoSuchPolicy for one of another account */
export function policyIdOf(text: string, account: PolicyAccount): string {
  const krn = parseKrn(text);
  if (krn === undefined) throw new KosError(400, 'a policy must be named by its KRN');
  const id = krn.type === 'policy' && isOfAccount(krn, account) ? undashed(krn.id) : undefined;
  if (id === undefined) throw new CoreError('NoSuchPolicy', { policy: text.slice(0, 100) });
  return id;
}

/** @throws KosError 400, CoreError NoSuchPolicy, NoSuchUser */
export function attachmentOf(
  { policyKRNs, kcid }: Static<typeof attachmentSchema>,
  account: PolicyAccount,
): Attachment & { readonly last: string } {
  const texts = typeof policyKRNs === 'string' ? [policyKRNs] : policyKRNs;
  const policies = texts.map((text) => policyIdOf(text, account));
  const user = kcid == null ? undefined : parseUserId(undashed(kcid) ?? '');
  if (kcid != null && user === undefined) throw new CoreError('NoSuchUser', { user: kcid.slice(0, 100) });
  return { policies, user, last: policies.at(-1) ?? '' };
}
