/** A bucket as Krutrim's API prints it: the fields of its documentation and those that its SDKs read, in one form (reference 10.2). */
import { Type } from 'typebox';
import { dashed } from '../../base/uuid.ts';
import type { BucketInfo } from '../../core/buckets/buckets.ts';
import { isPublic } from '../../core/buckets/grants.ts';
import { kosTiers } from '../../core/model/bucket-records.ts';
import { formatKrn } from './krn.ts';
import type { KosView } from './request.ts';
import { answerObject, dateTime, kosTime, oneOf, textsByName } from './schemas.ts';

export const bucketSchema = answerObject({
  name: Type.String(),
  krnid: Type.String(),
  owner: Type.String({ format: 'uuid', description: 'the account as a UUID' }),
  account_id: Type.String({ description: 'the account as a number of ten digits' }),
  createdAt: dateTime,
  usedCapacity: Type.Number({ description: 'bytes' }),
  allocatedCapacity: Type.Union([Type.Integer(), Type.Null()], { description: 'null: not limited' }),
  region: Type.String(),
  url: Type.String({ description: 'where S3 serves it' }),
  status: Type.Literal('active'),
  path: Type.String(),
  protocol: Type.Literal('S3'),
  tags: textsByName(),
  versioning: Type.Boolean({ description: 'false: never on, or suspended' }),
  anonymous_access: Type.Boolean({ description: 'whether everybody may read and list it' }),
  tier: oneOf(kosTiers),
  description: Type.Union([Type.String(), Type.Null()]),
});

export const createdBucketSchema = answerObject({
  createdAt: dateTime,
  krn: Type.String(),
  bucketName: Type.String(),
});

/** What buckets are printed with: `accountNumber` of the account they are in. */
export interface BucketPrinting {
  readonly accountNumber: string;
}

/** The name to give a bucket from outside: its own words, or the first of the configured regions. */
export function regionOfBucket(
  { kos }: Pick<BucketInfo, 'kos'>,
  { settings }: Pick<KosView, 'settings'>,
): string {
  return kos?.region ?? settings.regions[0] ?? '';
}

export function krnOfBucket(
  bucket: BucketInfo,
  { accountNumber }: BucketPrinting,
  view: Pick<KosView, 'settings'>,
): string {
  return formatKrn({
    region: regionOfBucket(bucket, view),
    accountNumber,
    project: bucket.projectId,
    type: 'bucket',
    id: bucket.id,
  });
}

export function bucketDocument(bucket: BucketInfo, printing: BucketPrinting, view: KosView) {
  const { settings, request } = view;
  return {
    name: bucket.name,
    krnid: krnOfBucket(bucket, printing, view),
    owner: dashed(bucket.projectId),
    account_id: printing.accountNumber,
    createdAt: kosTime(bucket.createdAt),
    usedCapacity: bucket.bytes,
    allocatedCapacity: null,
    region: regionOfBucket(bucket, view),
    url: `${settings.publicUrl ?? request.origin}/${bucket.name}`,
    status: 'active',
    path: `/${bucket.name}`,
    protocol: 'S3',
    tags: bucket.tags ?? {},
    versioning: bucket.versioning === 'enabled',
    anonymous_access: isPublic(bucket),
    tier: bucket.kos?.tier ?? 'fast',
    description: bucket.kos?.description ?? null,
  };
}

export function createdBucket(bucket: BucketInfo, printing: BucketPrinting, view: KosView) {
  return {
    createdAt: kosTime(bucket.createdAt),
    krn: krnOfBucket(bucket, printing, view),
    bucketName: bucket.name,
  };
}
