/**
 * Owns the ids of versions: the version's sequence and 8 random bytes, in 22 letters that need no escaping in a URL. So an id leads
 * straight to its record, and cannot be guessed. The version that was written without versioning, or while it was suspended, is
 * `null` (S3's name for it).
 */
import type { Core } from '../core.ts';
import type { VersionId } from '../model/names.ts';
import type { ObjectRecord } from '../model/object-records.ts';

export const nullVersion = 'null' as VersionId;

const randomBytes = 8;

export function newVersionId(core: Core, sequence: number): VersionId {
  return written(sequence, core.random(randomBytes));
}

/** A text that stands where an id of `sequence` would, and is none: for going on behind a version that has no id of its own. */
export function markerAt(sequence: number): VersionId {
  return written(sequence, Buffer.alloc(randomBytes));
}

function written(sequence: number, random: Uint8Array): VersionId {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(sequence));
  return Buffer.concat([bytes, random]).toString('base64url') as VersionId;
}

/** Undefined when `raw` cannot be the id of anything. */
export function parseVersionId(raw: string): VersionId | undefined {
  if (raw === nullVersion) return nullVersion;
  const bytes = Buffer.from(raw, 'base64url');
  if (bytes.length !== 8 + randomBytes || bytes.toString('base64url') !== raw) return undefined;
  return bytes.readBigUInt64BE() <= Number.MAX_SAFE_INTEGER ? (raw as VersionId) : undefined;
}

/** The sequence of the version with this id; undefined for `null`, which has it elsewhere. */
export function sequenceIn(id: VersionId): number | undefined {
  if (id === nullVersion) return undefined;
  return Number(Buffer.from(id, 'base64url').readBigUInt64BE());
}

/** An object's place among the versions of its key. */
export function sequenceOf({ sequence, modifiedAt }: Pick<ObjectRecord, 'sequence' | 'modifiedAt'>): number {
  return sequence ?? sequenceAt(modifiedAt);
}

/** When what has this sequence was made, in milliseconds since the epoch; a little later where many came at once. */
export function timeOf(sequence: number): number {
  return Math.floor(sequence / 1000);
}

/** The least sequence of what is written at `time`, in milliseconds since the epoch. */
export function sequenceAt(time: number): number {
  return time * 1000;
}
