/** CopyObject for every door: a second record for the same bytes; none are copied. */
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { ChecksumAlgorithm, ObjectAttributes } from '../model/records.ts';
import type { ReadConditions, WriteConditions } from './conditions.ts';
import type { ObjectInfo } from './info.ts';

export interface CopyObjectInput {
  readonly source: { readonly bucket: BucketName; readonly key: ObjectKey };
  readonly sourceConditions: ReadConditions;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly conditions: WriteConditions;
  /** The new object's attributes from the source's; S3 replaces them all, Swift merges. */
  readonly attributes: (source: ObjectInfo) => ObjectAttributes;
  /** Another checksum than the source's is computed by reading the bytes once. */
  readonly checksum?: ChecksumAlgorithm;
}

/** @throws CoreError as readObject for the source (PreconditionFailed instead of NotModified) and putObject for the target */
export async function copyObject(
  core: Core,
  actor: Actor,
  input: CopyObjectInput,
): Promise<{ info: ObjectInfo; source: ObjectInfo }> {
  void core;
  void actor;
  void input;
  throw new Error('to be written');
}
