/** A bucket's policy by address as Krutrim's API reads and prints it (reference 10.8). */
import { type Static, Type } from 'typebox';
import type { AddressLists, GuardedBucket } from '../../core/buckets/address-policy.ts';
import { krnOfBucket, regionOfBucket } from './bucket-document.ts';
import { KosError } from './errors.ts';
import { formatKrn } from './krn.ts';
import type { KosView } from './request.ts';
import { answerObject, dateTime, kosTime, maybe } from './schemas.ts';

const addresses = Type.Array(Type.String(), {
  description: 'IPv4 or IPv6 addresses, networks, and IPv4 addresses with * for an octet',
});

export const addressListsSchema = Type.Object({
  s3_read_write_ips: maybe(addresses),
  s3_read_only_ips: maybe(addresses),
});

export const addressPolicySchema = answerObject({
  created_at: dateTime,
  updated_at: dateTime,
  s3_read_write_ips: addresses,
  s3_read_only_ips: addresses,
  bucketKrn: Type.String(),
  bucketPolicyKrn: Type.String(),
});

/**
 * Absent leaves a list as it is, null empties it.
 * @throws KosError 400 for a body that says something, but neither list: taken for an empty policy it would lock everybody out
 */
export function addressLists(body: Static<typeof addressListsSchema>): AddressLists {
  const { s3_read_write_ips: readWrite, s3_read_only_ips: readOnly } = body;
  const [other] = Object.keys(body);
  if (other !== undefined && readWrite === undefined && readOnly === undefined) {
    throw new KosError(400, `there is no field ${other.slice(0, 40)}, and neither of the lists`);
  }
  return {
    ...(readWrite !== undefined && { readWrite: readWrite ?? [] }),
    ...(readOnly !== undefined && { readOnly: readOnly ?? [] }),
  };
}

export function addressPolicyDocument(
  { bucket, policy }: GuardedBucket,
  accountNumber: string,
  view: KosView,
) {
  return {
    created_at: kosTime(policy.createdAt),
    updated_at: kosTime(policy.modifiedAt),
    s3_read_write_ips: policy.readWrite,
    s3_read_only_ips: policy.readOnly,
    bucketKrn: krnOfBucket(bucket, { accountNumber }, view),
    bucketPolicyKrn: formatKrn({
      region: regionOfBucket(bucket, view),
      accountNumber,
      project: bucket.projectId,
      type: 'bucket-policy',
      id: policy.id,
    }),
  };
}
