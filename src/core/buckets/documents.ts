/**
 * Owns the documents that hang on a bucket, such as its CORS rules: each a record of its own, read and replaced whole, gone with the
 * bucket. Refuses what every decision needs (grants, addresses): that is part of the bucket's record.
 */
import type { Core } from '../core.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import { bucketFormat } from '../model/codecs.ts';
import { committing, Draft, type Loaded } from '../model/draft.ts';
import { bucketDocumentKey, bucketKey, type DocumentKind } from '../model/keys.ts';
import type { BucketName } from '../model/names.ts';
import type { RecordFormat } from '../model/record-format.ts';
import { openBucket, openPlace } from './lookup.ts';

/** One kind of document and how it is stored. */
export interface BucketDocument<T> {
  readonly kind: DocumentKind;
  readonly format: RecordFormat<T>;
  /** What the bucket's own record says of there being one, so that who is about to look knows whether to. */
  readonly mark?: (present: boolean) => Partial<BucketRecord>;
  /** Throws where the bucket cannot have one. */
  readonly admit?: (bucket: BucketRecord) => void;
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

/** Takes the place of the one before; `undefined` removes it. @throws CoreError NoSuchBucket, Busy; whatever the kind's `admit` throws */
export async function writeDocument<T>(
  core: Core,
  bucket: BucketName,
  kind: BucketDocument<T>,
  document: T | undefined,
): Promise<void> {
  await committing('bucket', async () => {
    const place = await openBucket(core, bucket);
    await replacing(core, place, kind, document).commit();
  });
}

/** As `writeDocument`, of what `change` makes of the one before; asked anew when that has changed meanwhile. It may throw; what it gives back as it was stays. */
export async function updateDocument<T>(
  core: Core,
  name: BucketName,
  document: BucketDocument<T>,
  change: (current: T | undefined) => T | undefined,
): Promise<void> {
  const { kind, format } = document;
  await committing('bucket', async () => {
    const { bucket, entries } = await openPlace(core, name, ({ id }) => [bucketDocumentKey(id, kind)]);
    const current = entries[0] && format.decode(entries[0].value);
    const changed = change(current);
    if (changed === current) return;
    const draft = replacing(core, bucket, document, changed);
    await draft.check(bucketDocumentKey(bucket.record.id, kind), entries[0]?.version).commit();
  });
}

function replacing<T>(
  core: Core,
  { record, version }: Loaded<BucketRecord>,
  { kind, format, mark, admit }: BucketDocument<T>,
  document: T | undefined,
): Draft {
  if (document !== undefined) admit?.(record);
  const key = bucketDocumentKey(record.id, kind);
  const draft = new Draft(core).check(bucketKey(record.name), version);
  if (mark !== undefined) {
    const marked = { ...record, ...mark(document !== undefined) };
    draft.put(bucketKey(record.name), bucketFormat.encode(marked));
  }
  return document === undefined ? draft.delete(key) : draft.put(key, format.encode(document));
}
