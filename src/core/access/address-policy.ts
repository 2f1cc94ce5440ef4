/**
 * Owns what a bucket's policy by address means (reference 10.8): objects are read from listed addresses alone and written from those listed for
 * writing, whoever asks and by whatever right. Refuses to bind the bucket's own management, its policy's above all: nobody locks the door with the key inside.
 */
import { matchesAddress } from '../../base/address-patterns.ts';
import type { AddressPolicy, BucketRecord } from '../model/bucket-records.ts';
import type { Statement } from './decide.ts';
import type { BucketAction } from './roles.ts';

/** What reads objects and their listings, and what changes them; everything else is of no concern here. */
const binding: Partial<Record<BucketAction, 'reading' | 'writing'>> = {
  'storage.objects.list': 'reading',
  'storage.objects.get': 'reading',
  'storage.objects.getMeta': 'reading',
  'storage.objects.create': 'writing',
  'storage.objects.update': 'writing',
  'storage.objects.delete': 'writing',
};

const none: readonly Statement[] = [];
/** As long as the records are remembered. */
const compiled = new WeakMap<AddressPolicy, readonly Statement[]>();

/** The statements of a bucket's policy by address. */
export function addressStatements({
  addressPolicy,
}: Pick<BucketRecord, 'addressPolicy'>): readonly Statement[] {
  if (addressPolicy === undefined) return none;
  let statements = compiled.get(addressPolicy);
  if (statements === undefined) {
    statements = [statementOf(addressPolicy)];
    compiled.set(addressPolicy, statements);
  }
  return statements;
}

function statementOf({ readWrite, readOnly }: AddressPolicy): Statement {
  return {
    effect: 'deny',
    source: "the bucket's address policy",
    applies({ address }, target) {
      const kind = target.kind === 'bucket' ? binding[target.action] : undefined;
      if (kind === undefined || matchesAddress(readWrite, address)) return false;
      return kind === 'writing' || !matchesAddress(readOnly, address);
    },
  };
}
