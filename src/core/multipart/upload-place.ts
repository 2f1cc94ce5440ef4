/**
 * Owns finding an upload by its address, and its parts. After an upload's record is gone no part can come, because every part's
 * commit checks that record.
 */
import { afterKey } from '../../base/bytes.ts';
import type { Entry, Version } from '../../engines/meta/meta-store.ts';
import { openPlace } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { partFormat, uploadFormat } from '../model/codecs.ts';
import type { Draft, Loaded } from '../model/draft.ts';
import { partKey, partsPrefix, spanOf, uploadKey } from '../model/keys.ts';
import type { BucketName, ObjectKey, UploadId } from '../model/names.ts';
import type { PartRecord, UploadRecord } from '../model/object-records.ts';

export interface UploadAddress {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly upload: UploadId;
}

export interface UploadPlace {
  readonly bucket: Loaded<BucketRecord>;
  readonly upload: Loaded<UploadRecord>;
}

/** The most parts one commit touches; uploads with more are cleaned up by the collector in steps of this size. */
export const mostPartsInCommit = 500;
export const lastPartNumber = 10_000;

/** @throws CoreError NoSuchBucket, NoSuchUpload */
export async function findUpload(core: Core, address: UploadAddress): Promise<UploadPlace> {
  const opened = await openPlace(core, address.bucket, ({ id }) => [
    uploadKey(id, address.key, address.upload),
  ]);
  return { bucket: opened.bucket, upload: loadedUpload(opened.entries[0], address) };
}

/** @throws CoreError NoSuchUpload */
export function loadedUpload(entry: Entry | undefined, { upload }: UploadAddress): Loaded<UploadRecord> {
  if (entry === undefined) throw new CoreError('NoSuchUpload', { upload });
  return { record: uploadFormat.decode(entry.value), version: entry.version };
}

/** Begins with the time in milliseconds (6 bytes), so that the uploads of a key are in the order of their start. */
export function newUploadId(core: Core): UploadId {
  const time = Buffer.alloc(6);
  time.writeUIntBE(core.clock(), 0, time.length);
  return Buffer.concat([time, core.random(10)]).toString('hex') as UploadId;
}

/** @throws CoreError InvalidArgument */
export function refuseWrongPartNumber(part: number): void {
  if (Number.isInteger(part) && part >= 1 && part <= lastPartNumber) return;
  throw new CoreError('InvalidArgument', {
    what: 'part number',
    reason: `must be from 1 to ${lastPartNumber}`,
  });
}

/**
 * Up to `limit` parts with numbers greater than `after`, in their order. To be read before the upload's record when nothing else
 * checks them: parts go with or after the record, so with the record still there none of them was gone.
 */
export async function readParts(
  core: Core,
  upload: UploadId,
  after: number,
  limit: number,
): Promise<Loaded<PartRecord>[]> {
  const { end } = spanOf(partsPrefix(upload));
  const entries = await core.meta.range({ start: afterKey(partKey(upload, after)), end, limit });
  return entries.map((entry) => ({ record: partFormat.decode(entry.value), version: entry.version }));
}

/** Makes `part` the one of its number, in an upload that must still be there. */
export function draftPart(
  draft: Draft,
  { bucket, upload }: UploadPlace,
  part: PartRecord,
  replaced: Loaded<PartRecord> | undefined,
): Draft {
  const { id, key } = upload.record;
  draft
    .check(uploadKey(bucket.record.id, key, id), upload.version)
    .check(partKey(id, part.number), replaced?.version)
    .put(partKey(id, part.number), partFormat.encode(part))
    .retainSegments(part.segments);
  return replaced === undefined ? draft : draft.releaseSegments(replaced.record.segments);
}

export async function findPart(
  core: Core,
  upload: UploadId,
  number: number,
): Promise<Loaded<PartRecord> | undefined> {
  const [entry] = await core.meta.get([partKey(upload, number)]);
  return entry && { record: partFormat.decode(entry.value), version: entry.version };
}

/** Deletes parts and gives up what they hold. */
export function draftPartsRemoval(
  draft: Draft,
  upload: UploadId,
  parts: readonly Loaded<PartRecord>[],
): Draft {
  for (const { record, version } of parts) {
    const key = partKey(upload, record.number);
    draft.check(key, version).delete(key).releaseSegments(record.segments);
  }
  return draft;
}

/**
 * Ends an upload. `parts` are those known, or its first `mostPartsInCommit` and some; the collector looks for the rest, and for
 * parts that came after they were read.
 */
export function draftUploadRemoval(
  draft: Draft,
  bucketId: string,
  { record, version }: { readonly record: UploadRecord; readonly version: Version },
  parts: readonly Loaded<PartRecord>[],
  now: number,
): Draft {
  const key = uploadKey(bucketId, record.key, record.id);
  draft.check(key, version).delete(key).enqueue(now, 'upload', record.id);
  return parts.length > mostPartsInCommit ? draft : draftPartsRemoval(draft, record.id, parts);
}
