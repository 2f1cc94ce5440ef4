/**
 * The one listing algorithm, for S3 V1 and V2, Swift, and every other door. Cost follows the page, not the bucket: a common
 * prefix is skipped with one seek.
 */
import type { Core } from '../core.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import type { ObjectInfo } from './info.ts';

export interface ListObjectsInput {
  readonly bucket: BucketName;
  /** '' for all. */
  readonly prefix: string;
  /** Of any length; '' for none. Keys are cut at its first occurrence after the prefix. */
  readonly delimiter: string;
  /**
   * Exclusive start: keys (and common prefixes) up to and including it, in listing order, are left out. A value that is
   * itself a common prefix skips everything below it.
   */
  readonly after?: string;
  /** Exclusive end in listing order. */
  readonly before?: string;
  /** From the end; then `after` and `before` keep their meaning of where to start and to stop. */
  readonly reverse?: boolean;
  /** Entries (keys and prefixes together), 0 or more. */
  readonly limit: number;
}

export type ListedEntry =
  | { readonly kind: 'object'; readonly info: ObjectInfo }
  | { readonly kind: 'prefix'; readonly prefix: string };

export interface ObjectListing {
  readonly entries: readonly ListedEntry[];
  /** Whether more would follow; then the next page is `after` the last entry's key or prefix. */
  readonly truncated: boolean;
}

/** @throws CoreError NoSuchBucket */
export async function listObjects(core: Core, input: ListObjectsInput): Promise<ObjectListing> {
  void core;
  void input;
  throw new Error('to be written');
}
export type { ObjectKey };
