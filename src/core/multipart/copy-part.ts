/**
 * UploadPartCopy for every door: a part that refers to a range of an existing object's bytes. They are read once for the part's
 * digests (unless the whole source has them already), not copied, but for inline ones. Only between encrypted and plain they are:
 * a part is what its upload is.
 */
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import type { Key, Version } from '../../engines/meta/meta-store.ts';
import type { Actor } from '../actor.ts';
import { openPlaces } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { dataKeyOf } from '../crypt/keys.ts';
import { handOn } from '../crypt/stretches.ts';
import { CoreError } from '../errors.ts';
import { bytesOf, isLarge, type LargeRecord, largeContent } from '../large/content.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { committing, Draft, type Loaded } from '../model/draft.ts';
import { objectKey, uploadKey } from '../model/keys.ts';
import type {
  Checksum,
  ChecksumAlgorithm,
  ObjectRecord,
  PartRecord,
  Segment,
} from '../model/object-records.ts';
import { type OwnRecord, ownRecord } from '../model/own-data.ts';
import { checkCopySource, type ReadConditions } from '../objects/conditions.ts';
import { withContent } from '../objects/get.ts';
import { type ObjectInfo, objectInfo } from '../objects/info.ts';
import { placeIn, placeKeys, present } from '../objects/object-place.ts';
import { type RequestedRange, resolveRange } from '../objects/ranges.ts';
import { type DataRange, digestData, readData, slicesWithin, storedBytes } from '../objects/read-data.ts';
import { lower } from '../objects/store-body.ts';
import { requireReadable, type VersionAddress } from '../versions/find.ts';
import { type StoredPart, storedPart, uploadPart } from './upload-part.ts';
import {
  draftPart,
  findPart,
  findUpload,
  loadedUpload,
  refuseWrongPartNumber,
  type UploadAddress,
  type UploadPlace,
} from './upload-place.ts';

export interface CopyPartInput extends UploadAddress {
  readonly part: number;
  readonly source: VersionAddress;
  readonly sourceConditions: ReadConditions;
  readonly range?: RequestedRange;
  /** Who reads: what a large object is made of must be for this reader too. */
  readonly reader?: Actor | undefined;
  readonly signal: AbortSignal;
}

/**
 * @throws CoreError NoSuchBucket, NoSuchKey, NoSuchUpload, PreconditionFailed, InvalidArgument (part number), Busy, TooLarge;
 * RangeNotSatisfiable when the source does not have the whole range
 */
export async function copyPart(
  core: Core,
  input: CopyPartInput,
): Promise<{ part: StoredPart; source: ObjectInfo }> {
  refuseWrongPartNumber(input.part);
  const partOf = partReader(core, input);
  return committing('part', async () => {
    const { from, to } = await openBoth(core, input);
    if (isLarge(from.record)) return partOfLarge(core, input, { ...from, record: from.record });
    const record = ownRecord(from.record);
    const source = objectInfo(from.bucket, input.source.key, record);
    checkCopySource(input.sourceConditions, source);
    if ((record.encryption === undefined) !== (to.upload.record.encryption === undefined)) {
      const stored = storedBytes(core, from.bucket, record);
      const part = await writtenAnew(core, input, record.size, (within) => readData(core, stored, within));
      return { part, source };
    }
    const part = await partOf({ ...from, record }, to);
    const replaced = await findPart(core, input.upload, input.part);
    // As for copies of objects: the source must still hold what the part will hold.
    await draftPart(new Draft(core), to, part, replaced).check(from.engineKey, from.version).commit();
    return { part: storedPart(part, to.upload.record), source };
  });
}

/** A range of what a large object stands for: its bytes are many objects', so they are read and written. */
async function partOfLarge(
  core: Core,
  input: CopyPartInput,
  { bucket, record }: CopySource & { readonly record: LargeRecord },
): Promise<{ part: StoredPart; source: ObjectInfo }> {
  const { key } = input.source;
  const content = await largeContent(core, input.reader, { bucket, key, record });
  checkCopySource(input.sourceConditions, content);
  const part = await writtenAnew(core, input, content.size, (within) =>
    bytesOf(core, content.leaves(within), within.end - within.start),
  );
  return { part, source: withContent(objectInfo(bucket, key, record), content) };
}

/** The range as the upload keeps bytes: encrypted, or not. */
function writtenAnew(
  core: Core,
  { range, ...part }: CopyPartInput,
  size: number,
  read: (within: DataRange) => ByteStream,
): Promise<StoredPart> {
  const within = rangeWithin(range, size);
  return uploadPart(core, {
    ...part,
    body: read(within),
    size: within.end - within.start,
    expected: [],
  });
}

interface CopySource extends Loaded<ObjectRecord> {
  readonly bucket: BucketRecord;
  readonly engineKey: Key;
}

type OwnSource = CopySource & { readonly record: OwnRecord };

async function openBoth(core: Core, input: CopyPartInput): Promise<{ from: CopySource; to: UploadPlace }> {
  const { source } = input;
  if (source.version !== undefined) {
    const { bucket, object, engineKey } = await requireReadable(core, source);
    return { from: { ...object, bucket: bucket.record, engineKey }, to: await findUpload(core, input) };
  }
  const [from, to] = await openPlaces(core, [
    { bucket: source.bucket, keys: (bucket) => placeKeys(bucket, source.key) },
    { bucket: input.bucket, keys: ({ id }) => [uploadKey(id, input.key, input.upload)] },
  ]);
  if (from === undefined || to === undefined) throw new CoreError('NoSuchBucket', { bucket: input.bucket });
  const upload = loadedUpload(to.entries[0], input);
  const { bucket, object } = await present(core, placeIn(from, source.key));
  const engineKey = objectKey(bucket.record.id, source.key);
  return { from: { ...object, bucket: bucket.record, engineKey }, to: { bucket: to.bucket, upload } };
}

/** Makes the part's record, reading the source once per version of it. */
function partReader(
  core: Core,
  { part, range }: CopyPartInput,
): (source: OwnSource, target: UploadPlace) => Promise<PartRecord> {
  let made: { version: Version; part: PartRecord } | undefined;
  return async ({ bucket, record, version }, target) => {
    if (made?.version === version) return made.part;
    const within = rangeWithin(range, record.size);
    const key = dataKeyOf(core, bucket, record);
    const newKey = dataKeyOf(core, target.bucket.record, target.upload.record);
    const segments: Segment[] = [];
    for await (const slice of slicesWithin(core, record.data, within)) {
      segments.push(handOn(core, slice, key, newKey));
    }
    const size = within.end - within.start;
    const digests = await digestsOf(core, bucket, record, within, target.upload.record.checksum?.algorithm);
    made = { version, part: { number: part, size, modifiedAt: core.clock(), segments, ...digests } };
    return made.part;
  };
}

function rangeWithin(range: RequestedRange | undefined, size: number): DataRange {
  if (range === undefined) return { start: 0, end: size };
  const within = resolveRange(range, size);
  const beyond = 'end' in range && range.end !== undefined && range.end >= size;
  if (within === undefined || beyond) throw new CoreError('RangeNotSatisfiable', { size });
  return within;
}

/** The part's ETag and checksum: the source's own when the part is all of an object written in one piece. */
async function digestsOf(
  core: Core,
  bucket: BucketRecord,
  record: OwnRecord,
  range: DataRange,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<{ etag: string; checksum?: Checksum }> {
  const { data, size, etag, checksum } = record;
  const same = data.kind === 'segments' && range.end - range.start === size;
  if (same && algorithm === undefined) return { etag };
  if (same && checksum !== undefined && checksum.algorithm === algorithm) return { etag, checksum };
  const wanted = algorithm === undefined ? [] : [lower(algorithm)];
  const [md5, digest] = await digestData(core, storedBytes(core, bucket, record), range, ['md5', ...wanted]);
  const told = { etag: md5?.toString('hex') ?? '' };
  if (algorithm === undefined || digest === undefined) return told;
  return { ...told, checksum: { algorithm, type: 'FULL_OBJECT', value: digest.toString('base64') } };
}
