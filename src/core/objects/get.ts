/** GetObject and HeadObject for every door. */
import type { Core } from '../core.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { ReadConditions } from './conditions.ts';
import type { ObjectInfo } from './info.ts';

/** A range as a client states it: from `start`, to `end` inclusive; or the last `suffix` bytes (RFC 9110 14.1.2). */
export type RequestedRange = { readonly start: number; readonly end?: number } | { readonly suffix: number };

export interface ReadObjectInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly conditions: ReadConditions;
  /** Several ranges are for Swift (multipart/byteranges); each must be satisfiable, or is left out when another is. */
  readonly ranges?: readonly RequestedRange[];
  /** One part of a multipart object (or 1 for a whole one); excludes `ranges`. */
  readonly partNumber?: number;
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

/** @throws CoreError NoSuchBucket, NoSuchKey, NotModified, PreconditionFailed, RangeNotSatisfiable, InvalidPart */
export async function readObject(core: Core, input: ReadObjectInput): Promise<ObjectReading> {
  void core;
  void input;
  throw new Error('to be written');
}

/** As `readObject` without opening bytes. */
export async function headObject(core: Core, input: ReadObjectInput): Promise<ObjectReading> {
  return readObject(core, input);
}
