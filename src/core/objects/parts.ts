/** The parts an object was uploaded in, for those who want to fetch or check it part by part. */
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import { isLarge, largeContent } from '../large/content.ts';
import type { ManifestPart } from '../model/object-records.ts';
import { requireReadable, type VersionAddress } from '../versions/find.ts';
import { checkRead, type ReadConditions } from './conditions.ts';
import { withContent } from './get.ts';
import { type ObjectInfo, objectInfo } from './info.ts';
import { partsOf } from './manifest.ts';

export interface ListObjectPartsInput extends VersionAddress {
  readonly conditions: ReadConditions;
  /** Exclusive: parts up to this number are left out. */
  readonly after: number;
  readonly limit: number;
  /** Who asks: what a dynamic large object is made of must be for this reader too. */
  readonly reader?: Actor | undefined;
}

export interface ObjectPartPage {
  readonly info: ObjectInfo;
  /** In order; none for an object written whole. */
  readonly parts: readonly Pick<ManifestPart, 'number' | 'size' | 'checksum'>[];
  readonly truncated: boolean;
}

/** @throws CoreError NoSuchBucket, NoSuchKey, NoSuchVersion, IsDeleteMarker, NotModified, PreconditionFailed */
export async function listObjectParts(core: Core, input: ListObjectPartsInput): Promise<ObjectPartPage> {
  const place = await requireReadable(core, input);
  const { record } = place.object;
  const parts: ObjectPartPage['parts'][number][] = [];
  const bucket = place.bucket.record;
  const seen = objectInfo(bucket, input.key, record);
  const { key, reader } = input;
  const content = isLarge(record) ? await largeContent(core, reader, { bucket, key, record }) : undefined;
  checkRead(input.conditions, content ?? record);
  const info = content === undefined ? seen : withContent(seen, content);
  if (record.data.kind !== 'manifest') return { info, parts, truncated: false };
  for await (const { number, size, checksum } of partsOf(core, record.data.manifest)) {
    if (number <= input.after) continue;
    if (parts.length === input.limit) return { info, parts, truncated: true };
    parts.push({ number, size, ...(checksum !== undefined && { checksum }) });
  }
  return { info, parts, truncated: false };
}
