/** Domains: the outermost naming space. One exists today, `default`; users and projects are named within one. */
import type { Commit } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { domainFormat } from './codecs.ts';
import { domainKey, domainNameKey } from './keys.ts';
import type { DomainRecord } from './records.ts';
import { readIndex, readStored } from './stored.ts';

/** The domain every first start creates; clients that name no domain mean this one. */
export const defaultDomain: DomainRecord = { id: 'default', name: 'Default' };

export type DomainReference = { readonly id: string } | { readonly name: string };

export const inDefaultDomain: DomainReference = { id: defaultDomain.id };

export async function findDomain(core: Core, reference: DomainReference): Promise<DomainRecord | undefined> {
  if ('name' in reference && reference.name.length > 255) return undefined;
  const id = 'id' in reference ? reference.id : await readIndex(core.meta, domainNameKey(reference.name));
  if (id === undefined || id === '' || Buffer.byteLength(id) > 255) return undefined;
  return (await readStored(core.meta, domainFormat, domainKey(id)))?.record;
}

/** Fails as a Conflict when the domain exists. */
export function domainCreation(domain: DomainRecord): Commit {
  return {
    checks: [
      [domainKey(domain.id), null],
      [domainNameKey(domain.name), null],
    ],
    puts: [
      [domainKey(domain.id), domainFormat.encode(domain)],
      [domainNameKey(domain.name), Buffer.from(domain.id)],
    ],
  };
}
