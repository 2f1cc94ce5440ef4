/** The parts an object was uploaded in, for those who want to fetch or check it part by part. */
import type { Core } from '../core.ts';
import type { ManifestPart } from '../model/records.ts';
import { requireReadable, type VersionAddress } from '../versions/find.ts';
import { checkRead, type ReadConditions } from './conditions.ts';
import { type ObjectInfo, objectInfo } from './info.ts';
import { partsOf } from './manifest.ts';

export interface ListObjectPartsInput extends VersionAddress {
  readonly conditions: ReadConditions;
  /** Exclusive: parts up to this number are left out. */
  readonly after: number;
  readonly limit: number;
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
  checkRead(input.conditions, record);
  const info = objectInfo(place.bucket.record, input.key, record);
  const parts: ObjectPartPage['parts'][number][] = [];
  if (record.data.kind !== 'manifest') return { info, parts, truncated: false };
  for await (const { number, size, checksum } of partsOf(core, record.data.manifest)) {
    if (number <= input.after) continue;
    if (parts.length === input.limit) return { info, parts, truncated: true };
    parts.push({ number, size, ...(checksum !== undefined && { checksum }) });
  }
  return { info, parts, truncated: false };
}
