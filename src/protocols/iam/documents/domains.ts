/** Domains as Keystone shows them. */
import type { DomainRecord } from '../../../core/identity/records.ts';

export function domainDocument({ id, name }: DomainRecord, publicUrl: string) {
  return {
    id,
    name,
    description: '',
    enabled: true,
    tags: [],
    options: {},
    links: { self: `${publicUrl}/identity/v3/domains/${id}` },
  };
}
