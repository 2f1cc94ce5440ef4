/** GetObject and HeadObject for every door. */
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import {
  bytesOf,
  isLarge,
  type LargeContent,
  type LargeRecord,
  type Leaf,
  largeContent,
} from '../large/content.ts';
import { expiryIn } from '../lifecycle/expiry.ts';
import type { BucketName, ObjectKey, VersionId } from '../model/names.ts';
import { type OwnRecord, ownRecord } from '../model/own-data.ts';
import { type ReadablePlace, requireReadable } from '../versions/find.ts';
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
  /** Who reads: what a large object is made of must be for this reader too. Absent: no large object can be read. */
  readonly reader?: Actor | undefined;
  /** True: a large object's manifest in the place of what it stands for. */
  readonly stored?: boolean | undefined;
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
 * IsDeleteMarker for a version; SegmentUnusable, AccessDenied for a large object
 */
export function readObject(core: Core, input: ReadObjectInput): Promise<ObjectReading> {
  return lookAtObject(core, input, true);
}

/** As `readObject` for who opens no bytes: a large object's segments are not looked for. */
export function headObject(core: Core, input: ReadObjectInput): Promise<ObjectReading> {
  return lookAtObject(core, input, false);
}

async function lookAtObject(core: Core, input: ReadObjectInput, reads: boolean): Promise<ObjectReading> {
  const place = await requireReadable(core, input, input.sight);
  const found = place.object.record;
  if (input.stored !== true && isLarge(found)) return lookAtLarge(core, input, place, found, reads);
  const record = ownRecord(found);
  checkRead(input.conditions, record);
  const asked = await askedRanges(input, record.size, (number) => partRange(core, record, number));
  return {
    ...told(core, input, place, asked, { size: record.size, etag: record.etag }),
    open: (range) => openData(core, storedBytes(core, place.bucket.record, record), range),
  };
}

async function lookAtLarge(
  core: Core,
  input: ReadObjectInput,
  place: ReadablePlace,
  record: LargeRecord,
  reads: boolean,
): Promise<ObjectReading> {
  const content = await largeContent(core, input.reader, {
    bucket: place.bucket.record,
    key: input.key,
    record,
  });
  checkRead(input.conditions, content);
  const asked = await askedRanges(input, content.size, (number) => content.part(number));
  const answer = told(core, input, place, asked, content);
  const begun = reads ? await begin(content, answer.ranges[0]) : undefined;
  return {
    ...answer,
    open(range) {
      const leaves = begun?.range === range ? begun.leaves : content.leaves(range);
      return bytesOf(core, leaves, range.end - range.start);
    },
  };
}

/** Looks for the first segments of what will be read, so that a refusal is told while it can be. */
async function begin(content: LargeContent, range: DataRange | undefined) {
  if (range === undefined || range.start === range.end) return undefined;
  const leaves = content.leaves(range);
  const first = await leaves.next();
  async function* all(): AsyncGenerator<Leaf> {
    if (first.done === true) return;
    yield first.value;
    yield* leaves;
  }
  return { range, leaves: all() };
}

function told(
  core: Core,
  { key, stored }: ReadObjectInput,
  { bucket, object, lifecycle }: ReadablePlace,
  asked: DataRange[] | undefined,
  is: Pick<ObjectInfo, 'size' | 'etag'> & { readonly otherEtag?: string; readonly count?: number },
): Omit<ObjectReading, 'open'> {
  const info = objectInfo(bucket.record, key, object.record);
  return {
    info: { ...withContent(info, is, stored), ...expiryIn(core, lifecycle, key, object.record) },
    ranges: asked ?? [{ start: 0, end: is.size }],
    // A part without bytes is no range that could be named.
    partial: asked?.every(({ start, end }) => start < end) ?? false,
  };
}

/** What is told of a large object that was looked into, or of its manifest. */
export function withContent(
  info: ObjectInfo,
  {
    size,
    etag,
    otherEtag,
    count,
  }: Pick<ObjectInfo, 'size' | 'etag'> & { otherEtag?: string; count?: number },
  stored = false,
): ObjectInfo {
  if (info.large === undefined) return info;
  if (stored) return { ...info, size, etag, stored };
  const { kind } = info.large;
  const large =
    kind === 'dynamic' && otherEtag !== undefined ? { ...info.large, etag: otherEtag } : info.large;
  return { ...info, size, etag, large, ...(count !== undefined && { partCount: count }) };
}

/** Undefined when the whole object is wanted. */
async function askedRanges(
  { ranges, partNumber }: ReadObjectInput,
  size: number,
  partOf: (number: number) => Promise<DataRange | undefined>,
): Promise<DataRange[] | undefined> {
  if (partNumber === undefined) return ranges && resolveRanges(ranges, size);
  const part = await partOf(partNumber);
  if (part === undefined) throw new CoreError('InvalidPart', { part: partNumber });
  return [part];
}

async function partRange(
  core: Core,
  { data, size }: OwnRecord,
  number: number,
): Promise<DataRange | undefined> {
  if (data.kind === 'segments') return number === 1 ? { start: 0, end: size } : undefined;
  const part = await findManifestPart(core, data, size, number);
  return part && { start: part.offset, end: part.offset + part.size };
}
