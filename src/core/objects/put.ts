/** PutObject for every door: bytes durable first, then one commit that makes them an object. */
import type { Actor, UserActor } from '../actor.ts';
import type { Core } from '../core.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { ChecksumAlgorithm, ObjectAttributes } from '../model/records.ts';
import type { WriteConditions } from './conditions.ts';
import type { ExpectedDigest, ObjectInfo } from './info.ts';

export interface PutObjectInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly attributes: ObjectAttributes;
  readonly conditions: WriteConditions;
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes announced; a body of another length is refused with IncompleteBody (or TooLarge). */
  readonly size?: number;
  readonly expected: readonly ExpectedDigest[];
  /** The checksum to compute, check where expected, and keep with the object. */
  readonly checksum?: ChecksumAlgorithm;
  readonly signal: AbortSignal;
}

/**
 * @throws CoreError NoSuchBucket, PreconditionFailed, NoSuchKey (If-Match on an absent object), BadDigest, IncompleteBody,
 * TooLarge, Busy. Nothing stays behind after any of them.
 */
export async function putObject(core: Core, actor: Actor, input: PutObjectInput): Promise<ObjectInfo> {
  void core;
  void actor;
  void input;
  throw new Error('to be written');
}
export type { UserActor };
