/** GetObject and HeadObject for every door. */
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import { expiryIn } from '../lifecycle/expiry.ts';
import type { BucketName, ObjectKey, VersionId } from '../model/names.ts';
import type { ObjectRecord } from '../model/records.ts';
import { requireReadable } from '../versions/find.ts';
import { checkRead, type ReadConditions } from './conditions.ts';
import { type ObjectInfo, objectInfo } from './info.ts';
import { findManifestPart } from './manifest.ts';
import type { Sight } from './object-place.ts';
import { type RequestedRange, resolveRanges } from './ranges.ts';
import { type DataRange, openData, storedBytes } from './read-data.ts';

export type { RequestedRange };

export interface ReadObjectInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly version?: VersionId | undefined;
  readonly conditions: ReadConditions;
  /** Several ranges are for Swift (multipart/byteranges); each must be satisfiable, or is left out when another is. */
  readonly ranges?: readonly RequestedRange[];
  /** One part of a multipart object (or 1 for a whole one); excludes `ranges`. */
  readonly partNumber?: number;
  /** What authorization saw of the object. */
  readonly sight?: Sight | undefined;
}

export interface ObjectReading {
  readonly info: ObjectInfo;
  /** Byte ranges to answer with, end exclusive; the whole object when none was asked for. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  /** Whether a range or part was asked for and applies. */
  readonly partial: boolean;
  /** The bytes of one of `ranges`: whole small objects as bytes at hand, else a stream. Call once per range. */
  open(range: { readonly start: number; readonly end: number }): Uint8Array | AsyncIterable<Uint8Array>;
}

/**
 * @throws CoreError NoSuchBucket, NoSuchKey, NotModified, PreconditionFailed, RangeNotSatisfiable, InvalidPart; NoSuchVersion,
 * IsDeleteMarker for a version
 */
export async function readObject(core: Core, input: ReadObjectInput): Promise<ObjectReading> {
  const { bucket, object, lifecycle } = await requireReadable(core, input, input.sight);
  const { record } = object;
  checkRead(input.conditions, record);
  const asked = await askedRanges(core, input, record);
  return {
    info: {
      ...objectInfo(bucket.record, input.key, record),
      ...expiryIn(core, lifecycle, input.key, record),
    },
    ranges: asked ?? [{ start: 0, end: record.size }],
    // A part without bytes is no range that could be named.
    partial: asked?.every(({ start, end }) => start < end) ?? false,
    open: (range) => openData(core, storedBytes(core, bucket.record, record), range),
  };
}

/** Undefined when the whole object is wanted. */
async function askedRanges(
  core: Core,
  { ranges, partNumber }: ReadObjectInput,
  record: ObjectRecord,
): Promise<DataRange[] | undefined> {
  if (partNumber !== undefined) return [await partRange(core, record, partNumber)];
  return ranges && resolveRanges(ranges, record.size);
}

async function partRange(core: Core, { data, size }: ObjectRecord, number: number): Promise<DataRange> {
  if (data.kind === 'segments') {
    if (number === 1) return { start: 0, end: size };
    throw new CoreError('InvalidPart', { part: number });
  }
  const part = await findManifestPart(core, data, size, number);
  if (part === undefined) throw new CoreError('InvalidPart', { part: number });
  return { start: part.offset, end: part.offset + part.size };
}

/** As `readObject` without opening bytes. */
export function headObject(core: Core, input: ReadObjectInput): Promise<ObjectReading> {
  return readObject(core, input);
}
