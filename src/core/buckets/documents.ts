/**
 * Owns the documents that hang on a bucket, such as its CORS rules: each a record of its own, read and replaced whole, gone with the
 * bucket. Refuses what every decision needs (grants, addresses): that is part of the bucket's record.
 */
import type { Core } from '../core.ts';
import { bucketFormat } from '../model/codecs.ts';
import { committing, Draft } from '../model/draft.ts';
import { bucketDocumentKey, bucketKey, type DocumentKind } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import type { RecordFormat } from '../model/record-format.ts';
import type { BucketRecord } from '../model/records.ts';
import { openBucket, openPlace } from './lookup.ts';

/** One kind of document and how it is stored. */
export interface BucketDocument<T> {
  readonly kind: DocumentKind;
  readonly format: RecordFormat<T>;
  /** What the bucket's own record says of there being one, so that who is about to look knows whether to. */
  readonly mark?: (present: boolean) => Partial<BucketRecord>;
}

/** Undefined when the bucket has none. @throws CoreError NoSuchBucket */
export async function readDocument<T>(
  core: Core,
  bucket: BucketName,
  { kind, format }: BucketDocument<T>,
): Promise<T | undefined> {
  const { entries } = await openPlace(core, bucket, ({ id }) => [bucketDocumentKey(id, kind)]);
  return entries[0] && format.decode(entries[0].value);
}

/** Takes the place of the one before; `undefined` removes it. @throws CoreError NoSuchBucket, Busy */
export async function writeDocument<T>(
  core: Core,
  bucket: BucketName,
  { kind, format, mark }: BucketDocument<T>,
  document: T | undefined,
): Promise<void> {
  await committing('bucket', async () => {
    const { record, version } = await openBucket(core, bucket);
    const key = bucketDocumentKey(record.id, kind);
    const draft = new Draft(core).check(bucketKey(bucket), version);
    if (mark !== undefined) {
      draft.put(bucketKey(bucket), bucketFormat.encode({ ...record, ...mark(document !== undefined) }));
    }
    await (document === undefined ? draft.delete(key) : draft.put(key, format.encode(document))).commit();
  });
}
