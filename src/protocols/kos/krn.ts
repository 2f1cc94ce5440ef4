/**
 * Krutrim's resource names (reference 10.1): seven parts, `krn:kos:<region>:<account number>:<tenant>:<type>:<id>`. Pure. Owns their
 * form and what of them names something; refuses lookups.
 */
import { dashed, undashed } from '../../base/uuid.ts';

export interface Krn {
  readonly service: string;
  readonly region: string;
  /** Ten digits, or `default`. */
  readonly account: string;
  /** A UUID, or `default`. */
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
}

export const service = 'kos';
/** Stands in a KRN for the account or tenant of whoever asks. */
const placeholder = 'default';
const longest = 512;

/** Undefined for a text that is no KRN at all; whether it names something of ours is another question. */
export function parseKrn(text: string): Krn | undefined {
  if (text.length > longest) return undefined;
  const [scheme, ...parts] = text.split(':');
  if (scheme?.toLowerCase() !== 'krn' || parts.length !== 6 || parts.some((part) => part === ''))
    return undefined;
  const [name = '', region = '', account = '', tenant = '', type = '', id = ''] = parts;
  if (account !== placeholder && !/^\d{10}$/.test(account)) return undefined;
  if (tenant !== placeholder && undashed(tenant) === undefined) return undefined;
  return { service: name, region, account, tenant, type, id };
}

/** Whether `text` means to be a KRN: no other name may begin so. */
export function looksLikeKrn(text: string): boolean {
  return /^krn:/i.test(text);
}

/** Ids are of 32 hex characters. */
export function formatKrn(parts: {
  readonly region: string;
  readonly accountNumber: string;
  readonly project: string;
  readonly type: string;
  readonly id: string;
}): string {
  const { region, accountNumber, project, type, id } = parts;
  return ['krn', service, region, accountNumber, dashed(project), type, dashed(id)].join(':');
}

/** Whether a KRN may be of this account; the region is told and not asked, as configured names of regions change. */
export function isOfAccount(
  krn: Krn,
  account: { readonly number: string; readonly project: string },
): boolean {
  const { tenant } = krn;
  return (
    krn.service === service &&
    (krn.account === placeholder || krn.account === account.number) &&
    (tenant === placeholder || undashed(tenant) === account.project)
  );
}
