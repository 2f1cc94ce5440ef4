/**
 * Makes static large objects: looks at every segment that a writer names, as that writer, and stores the list of what was found
 * (docs/decisions/0011).
 */
import { inParallel } from '../../base/in-parallel.ts';
import type { Actor } from '../actor.ts';
import { openBucket } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { CoreError, isCoreError } from '../errors.ts';
import type { ObjectInfo } from '../objects/info.ts';
import type { ObjectAddress } from '../objects/object-place.ts';
import { type PutObjectInput, putObject } from '../objects/put.ts';
import { type RequestedRange, resolveRange } from '../objects/ranges.ts';
import { describeSegment } from './content.ts';
import {
  type DataEntry,
  encodeEntries,
  etagOfEntries,
  type ManifestEntry,
  type ObjectEntry,
} from './entries.ts';
import { type SegmentName, SegmentReader } from './segment-reader.ts';
import { staticShape } from './shape.ts';

/** An object of the project, with what the writer knows of it. */
export interface WantedObject extends SegmentName {
  readonly kind: 'object';
  /** As Swift shows it, unquoted. */
  readonly etag?: string;
  /** Bytes. */
  readonly size?: number;
  readonly range?: RequestedRange;
}

export type WantedSegment = DataEntry | WantedObject;

/** What is wrong with a segment. `unusable`: it is a large object that cannot be read itself. */
export type SegmentFault = 'absent' | 'denied' | 'size' | 'etag' | 'range' | 'empty' | 'unusable';

export interface FaultySegment {
  readonly segment: SegmentName;
  readonly fault: SegmentFault;
}

/** Segments looked at at once. */
const atOnce = 16;

/** The entries of a list of `wanted`, for an object at `whole`; or all that is wrong. @throws CoreError NoSuchBucket */
export async function examineSegments(
  core: Core,
  actor: Actor,
  whole: ObjectAddress,
  wanted: readonly WantedSegment[],
): Promise<{ entries: readonly ManifestEntry[]; faults: readonly FaultySegment[] }> {
  const { record } = await openBucket(core, whole.bucket);
  const reader = new SegmentReader(core, actor, record, whole.key);
  const examined = await inParallel(wanted, atOnce, async (one) =>
    one.kind === 'data' ? { entry: one, faults: [] } : examine(reader, one),
  );
  return {
    entries: examined.flatMap(({ entry }) => entry ?? []),
    faults: examined.flatMap(({ faults }, i) => {
      const segment = wanted[i];
      return segment?.kind === 'object' ? faults.map((fault) => ({ segment, fault })) : [];
    }),
  };
}

interface Examined {
  readonly entry?: ManifestEntry;
  readonly faults: readonly SegmentFault[];
}

async function examine(reader: SegmentReader, wanted: WantedObject): Promise<Examined> {
  const { bucket, key } = wanted;
  const segment = await reader.look(wanted, 'storage.objects.getMeta');
  if (typeof segment === 'string') return { faults: [segment] };
  const is = await describeSegment(reader, segment).catch(faultOf);
  if (typeof is === 'string') return { faults: [is] };
  const faults: SegmentFault[] = [];
  if (wanted.size !== undefined && wanted.size !== is.size) faults.push('size');
  if (wanted.etag !== undefined && wanted.etag !== is.etag) faults.push('etag');
  const range = wanted.range && resolveRange(wanted.range, is.size);
  if (wanted.range !== undefined && range === undefined) faults.push('range');
  else if (is.size < 1) faults.push('empty');
  const { record } = segment.object;
  const whole = range === undefined || (range.start === 0 && range.end === is.size);
  const entry: ObjectEntry = {
    kind: 'object',
    bucket,
    key,
    ...is,
    contentType: record.contentType,
    modifiedAt: Math.ceil(record.modifiedAt / 1000) * 1000,
    ...(!whole && { range }),
    nested: record.data.kind === 'static',
  };
  return { entry, faults };
}

function faultOf(error: unknown): SegmentFault {
  if (isCoreError(error, 'SegmentUnusable')) return 'unusable';
  if (isCoreError(error, 'AccessDenied')) return 'denied';
  if (isCoreError(error, 'NoSuchBucket')) return 'absent';
  throw error;
}

export interface PutStaticInput
  extends Pick<PutObjectInput, 'bucket' | 'key' | 'attributes' | 'conditions' | 'encrypted' | 'signal'> {
  /** As examined. */
  readonly entries: readonly ManifestEntry[];
  /** What the whole's entity tag must be, as Swift shows it. */
  readonly etag?: string;
}

/** @throws CoreError BadDigest for another entity tag, TooLarge; as `putObject` */
export async function putStatic(
  core: Core,
  actor: Actor,
  { entries, etag, ...input }: PutStaticInput,
): Promise<ObjectInfo> {
  if (etag !== undefined && etag !== etagOfEntries(entries))
    throw new CoreError('BadDigest', { digest: 'md5' });
  const shape = staticShape(entries);
  if (!Number.isSafeInteger(shape.size)) throw new CoreError('TooLarge', { limit: Number.MAX_SAFE_INTEGER });
  const list = encodeEntries(entries);
  async function* body(): AsyncGenerator<Uint8Array> {
    yield list;
  }
  return putObject(core, actor, { ...input, body: body(), size: list.length, expected: [], shape });
}
