/**
 * UploadPartCopy for every door: a part that refers to a range of an existing object's bytes. They are read once for the part's
 * digests (unless the whole source has them already), never copied, but for inline ones.
 */
import type { Key, Version } from '../../engines/meta/meta-store.ts';
import { openPlaces } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { committing, Draft, type Loaded } from '../model/draft.ts';
import { objectKey, uploadKey } from '../model/keys.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { Checksum, ChecksumAlgorithm, ObjectRecord, PartRecord, Segment } from '../model/records.ts';
import { checkCopySource, type ReadConditions } from '../objects/conditions.ts';
import { type ObjectInfo, objectInfo } from '../objects/info.ts';
import { loadedObject, present } from '../objects/object-place.ts';
import { type RequestedRange, resolveRange } from '../objects/ranges.ts';
import { type DataRange, digestData, segmentsWithin } from '../objects/read-data.ts';
import { lower } from '../objects/store-body.ts';
import {
  draftPart,
  findPart,
  loadedUpload,
  refuseWrongPartNumber,
  type UploadAddress,
  type UploadPlace,
} from './upload-place.ts';

export interface CopyPartInput extends UploadAddress {
  readonly part: number;
  readonly source: { readonly bucket: BucketName; readonly key: ObjectKey };
  readonly sourceConditions: ReadConditions;
  readonly range?: RequestedRange;
}

/**
 * @throws CoreError NoSuchBucket, NoSuchKey, NoSuchUpload, PreconditionFailed, InvalidArgument (part number), Busy;
 * RangeNotSatisfiable when the source does not have the whole range
 */
export async function copyPart(
  core: Core,
  input: CopyPartInput,
): Promise<{ part: PartRecord; source: ObjectInfo }> {
  refuseWrongPartNumber(input.part);
  const partOf = partReader(core, input);
  return committing('part', async () => {
    const { from, to } = await openBoth(core, input);
    const source = objectInfo(input.source.bucket, input.source.key, from.record);
    checkCopySource(input.sourceConditions, source);
    const part = await partOf(from, to.upload.record.checksum?.algorithm);
    const replaced = await findPart(core, input.upload, input.part);
    // As for copies of objects: the source must still hold what the part will hold.
    await draftPart(new Draft(core), to, part, replaced).check(from.engineKey, from.version).commit();
    return { part, source };
  });
}

interface CopySource extends Loaded<ObjectRecord> {
  readonly engineKey: Key;
}

async function openBoth(core: Core, input: CopyPartInput): Promise<{ from: CopySource; to: UploadPlace }> {
  const { source } = input;
  const [from, to] = await openPlaces(core, [
    { bucket: source.bucket, keys: (id) => [objectKey(id, source.key)] },
    { bucket: input.bucket, keys: (id) => [uploadKey(id, input.key, input.upload)] },
  ]);
  if (from === undefined || to === undefined) throw new CoreError('NoSuchBucket', { bucket: input.bucket });
  const upload = loadedUpload(to.entries[0], input);
  const object = present(core, loadedObject(from.entries[0]), source);
  return {
    from: { ...object, engineKey: objectKey(from.bucket.record.id, source.key) },
    to: { bucket: to.bucket, upload },
  };
}

/** Makes the part's record, reading the source once per version of it. */
function partReader(
  core: Core,
  { part, range }: CopyPartInput,
): (source: Loaded<ObjectRecord>, algorithm: ChecksumAlgorithm | undefined) => Promise<PartRecord> {
  let made: { version: Version; part: PartRecord } | undefined;
  return async ({ record, version }, algorithm) => {
    if (made?.version === version) return made.part;
    const within = rangeWithin(range, record.size);
    const segments: Segment[] = [];
    for await (const segment of segmentsWithin(core, record.data, within)) segments.push(segment);
    const size = within.end - within.start;
    const digests = await digestsOf(core, record, within, algorithm);
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
  { data, size, etag, checksum }: ObjectRecord,
  range: DataRange,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<{ etag: string; checksum?: Checksum }> {
  const same = data.kind === 'segments' && range.end - range.start === size;
  if (same && algorithm === undefined) return { etag };
  if (same && checksum !== undefined && checksum.algorithm === algorithm) return { etag, checksum };
  const wanted = algorithm === undefined ? [] : [lower(algorithm)];
  const [md5, digest] = await digestData(core, data, range, ['md5', ...wanted]);
  const told = { etag: md5?.toString('hex') ?? '' };
  if (algorithm === undefined || digest === undefined) return told;
  return { ...told, checksum: { algorithm, type: 'FULL_OBJECT', value: digest.toString('base64') } };
}
