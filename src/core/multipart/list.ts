/** ListParts and ListMultipartUploads for every door. */
import { openBucket } from '../buckets/lookup.ts';
import type { Core } from '../core.ts';
import { uploadFormat } from '../model/codecs.ts';
import {
  afterUploadsKey,
  boundaryBytes,
  canPrefixKeys,
  uploadKeyName,
  uploadsPrefix,
} from '../model/keys.ts';
import type { BucketName, UploadId } from '../model/names.ts';
import type { PartRecord, UploadRecord } from '../model/object-records.ts';
import { type WalkItem, walk, walkSpan } from '../objects/walk.ts';
import { findUpload, readParts, type UploadAddress } from './upload-place.ts';

export interface ListPartsInput extends UploadAddress {
  /** Part numbers up to and including it are left out. */
  readonly after: number;
  readonly limit: number;
}

/** @throws CoreError NoSuchBucket, NoSuchUpload */
export async function listParts(
  core: Core,
  input: ListPartsInput,
): Promise<{ upload: UploadRecord; parts: PartRecord[]; truncated: boolean }> {
  const { after, limit } = input;
  const nothing = limit === 0 || after >= 0xffff;
  const parts = nothing ? [] : await readParts(core, input.upload, Math.max(after, 0), limit + 1);
  const { upload } = await findUpload(core, input);
  return {
    upload: upload.record,
    parts: parts.slice(0, limit).map((part) => part.record),
    truncated: parts.length > limit,
  };
}

export interface ListUploadsInput {
  readonly bucket: BucketName;
  readonly prefix: string;
  readonly delimiter: string;
  /** Keys, or a common prefix, up to and including it are left out. */
  readonly afterKey?: string;
  /** With `afterKey`: the uploads of that key that follow this one are not left out. */
  readonly afterUpload?: UploadId;
  readonly limit: number;
}

export interface UploadPage {
  readonly entries: readonly (
    | { readonly kind: 'upload'; readonly upload: UploadRecord }
    | { readonly kind: 'prefix'; readonly prefix: string }
  )[];
  readonly truncated: boolean;
}

/** Ordered by key, uploads of one key by their start. @throws CoreError NoSuchBucket */
export async function listUploads(core: Core, input: ListUploadsInput): Promise<UploadPage> {
  const { record } = await openBucket(core, input.bucket);
  const prefix = Buffer.from(input.prefix);
  if (!canPrefixKeys(prefix)) return { entries: [], truncated: false };
  const base = uploadsPrefix(record.id);
  const delimiter = Buffer.from(input.delimiter);
  // No key has a NUL, so what follows one in a boundary changes nothing, and it must not reach into the ids behind keys.
  const low = input.afterKey === undefined ? undefined : boundaryBytes(input.afterKey.split('\0', 1).join());
  const { afterUpload } = input;
  const { items, truncated } = await walk({
    range: (range) => core.meta.range(range),
    base,
    prefix,
    delimiter,
    ...walkSpan({ base, prefix, delimiter, low, afterName: (key) => afterUploadsKey(key, afterUpload) }),
    reverse: false,
    limit: input.limit,
    nameOf: uploadKeyName,
    read: ({ value }) => uploadFormat.decode(value),
  });
  return { entries: items.map(listedEntry), truncated };
}

function listedEntry(item: WalkItem<UploadRecord>): UploadPage['entries'][number] {
  return item.kind === 'prefix'
    ? { kind: 'prefix', prefix: item.name.toString() }
    : { kind: 'upload', upload: item.value };
}
