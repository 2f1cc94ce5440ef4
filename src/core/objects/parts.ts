/** The parts an object was uploaded in, for those who want to fetch or check it part by part. */
import type { Core } from '../core.ts';
import type { ManifestPart } from '../model/records.ts';
import { checkRead, type ReadConditions } from './conditions.ts';
import { type ObjectInfo, objectInfo } from './info.ts';
import { partsOf } from './manifest.ts';
import { type ObjectAddress, requireObject } from './object-place.ts';

export interface ListObjectPartsInput extends ObjectAddress {
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

/** @throws CoreError NoSuchBucket, NoSuchKey, NotModified, PreconditionFailed */
export async function listObjectParts(core: Core, input: ListObjectPartsInput): Promise<ObjectPartPage> {
  const { record } = (await requireObject(core, input)).object;
  checkRead(input.conditions, record);
  const info = objectInfo(input.bucket, input.key, record);
  const parts: ObjectPartPage['parts'][number][] = [];
  if (record.data.kind !== 'manifest') return { info, parts, truncated: false };
  for await (const { number, size, checksum } of partsOf(core, record.data.manifest)) {
    if (number <= input.after) continue;
    if (parts.length === input.limit) return { info, parts, truncated: true };
    parts.push({ number, size, ...(checksum !== undefined && { checksum }) });
  }
  return { info, parts, truncated: false };
}
