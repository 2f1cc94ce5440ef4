/** A bucket's policy by address (reference 10.8): made, changed and removed. What it means is `access/address-policy.ts`. */
import { isAddressPattern } from '../../base/address-patterns.ts';
import { newId } from '../../base/clock.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { AddressPolicy, BucketRecord } from '../model/bucket-records.ts';
import type { BucketName } from '../model/names.ts';
import type { BucketInfo } from './buckets.ts';
import { getBucket } from './get.ts';
import { updateBucket } from './update.ts';

/** Of each list: the record is read with every request. */
const mostEntries = 200;

/** Absent: as it is; for a new policy, none. */
export interface AddressLists {
  readonly readWrite?: readonly string[];
  readonly readOnly?: readonly string[];
}

/** A policy with its bucket. */
export interface GuardedBucket {
  readonly bucket: BucketInfo;
  readonly policy: AddressPolicy;
}

/** @throws CoreError NoSuchBucket, NoSuchPolicy */
export async function getAddressPolicy(core: Core, name: BucketName): Promise<GuardedBucket> {
  return guarded(await getBucket(core, name));
}

/** @throws CoreError NoSuchBucket, Duplicate, InvalidArgument for an entry that is no address, Busy */
export async function createAddressPolicy(
  core: Core,
  name: BucketName,
  lists: AddressLists,
): Promise<GuardedBucket> {
  checkLists(lists);
  const bucket = await updateBucket(core, name, ({ addressPolicy }) => {
    if (addressPolicy !== undefined) throw new CoreError('Duplicate', { what: 'bucket policy', name });
    const { readWrite = [], readOnly = [] } = lists;
    const now = core.clock();
    return {
      addressPolicy: { id: newId(core.random), readWrite, readOnly, createdAt: now, modifiedAt: now },
    };
  });
  return guarded(bucket);
}

/** @throws CoreError NoSuchBucket, NoSuchPolicy, InvalidArgument for an entry that is no address, Busy */
export async function updateAddressPolicy(
  core: Core,
  name: BucketName,
  lists: AddressLists,
): Promise<GuardedBucket> {
  checkLists(lists);
  const bucket = await updateBucket(core, name, (record) => {
    const policy = policyOf(record);
    const { readWrite = policy.readWrite, readOnly = policy.readOnly } = lists;
    return { addressPolicy: { ...policy, readWrite, readOnly, modifiedAt: core.clock() } };
  });
  return guarded(bucket);
}

/** From now on all addresses reach the bucket. @throws CoreError NoSuchBucket, NoSuchPolicy, Busy */
export async function deleteAddressPolicy(core: Core, bucket: BucketName): Promise<void> {
  await updateBucket(core, bucket, (record) => {
    policyOf(record);
    return { addressPolicy: undefined };
  });
}

function guarded(bucket: BucketInfo): GuardedBucket {
  return { bucket, policy: policyOf(bucket) };
}

function policyOf({ name, addressPolicy }: BucketRecord): AddressPolicy {
  if (addressPolicy === undefined) throw new CoreError('NoSuchPolicy', { policy: `of bucket ${name}` });
  return addressPolicy;
}

/** @throws CoreError InvalidArgument */
function checkLists({ readWrite = [], readOnly = [] }: AddressLists): void {
  for (const [what, entries] of [
    ['s3_read_write_ips', readWrite],
    ['s3_read_only_ips', readOnly],
  ] as const) {
    if (entries.length > mostEntries) {
      throw new CoreError('InvalidArgument', { what, reason: `must have at most ${mostEntries} entries` });
    }
    const wrong = entries.find((entry) => !isAddressPattern(entry));
    if (wrong !== undefined) {
      const reason = `must hold IPv4 or IPv6 addresses, networks, or IPv4 addresses with * for an octet: ${wrong.slice(0, 100)}`;
      throw new CoreError('InvalidArgument', { what, reason });
    }
  }
}
