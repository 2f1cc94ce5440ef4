/** Multipart uploads: parts are referenced by the object they become, not copied. Split into one file per use case. */
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import type { BucketName, ObjectKey, UploadId } from '../model/names.ts';
import type {
  Checksum,
  ChecksumAlgorithm,
  ObjectAttributes,
  PartRecord,
  UploadRecord,
} from '../model/records.ts';
import type { ReadConditions, WriteConditions } from '../objects/conditions.ts';
import type { RequestedRange } from '../objects/get.ts';
import type { ExpectedDigest, ObjectInfo } from '../objects/info.ts';

export interface UploadAddress {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly upload: UploadId;
}

export interface StartUploadInput {
  readonly bucket: BucketName;
  readonly key: ObjectKey;
  readonly attributes: ObjectAttributes;
  readonly checksum?: Pick<Checksum, 'algorithm' | 'type'>;
}

export interface UploadPartInput extends UploadAddress {
  /** 1 to 10,000. */
  readonly part: number;
  readonly body: AsyncIterable<Uint8Array>;
  readonly size?: number;
  readonly expected: readonly ExpectedDigest[];
  readonly checksum?: ChecksumAlgorithm;
  readonly signal: AbortSignal;
}

export interface CopyPartInput extends UploadAddress {
  readonly part: number;
  readonly source: { readonly bucket: BucketName; readonly key: ObjectKey };
  readonly sourceConditions: ReadConditions;
  readonly range?: RequestedRange;
}

export interface CompletedPart {
  readonly part: number;
  /** Unquoted MD5 in hex. */
  readonly etag: string;
  /** Base64; must equal the part's own when given. */
  readonly checksum?: string;
}

export interface CompleteUploadInput extends UploadAddress {
  /** In ascending order, else InvalidPartOrder. */
  readonly parts: readonly CompletedPart[];
  readonly conditions: WriteConditions;
  /** The whole object's checksum as the client computed it; another one is BadDigest. */
  readonly checksum?: Pick<Checksum, 'algorithm' | 'value'>;
  /** The whole object's size as the client counted it. */
  readonly size?: number;
}

export interface UploadPage {
  readonly entries: readonly (
    | { readonly kind: 'upload'; readonly upload: UploadRecord }
    | { readonly kind: 'prefix'; readonly prefix: string }
  )[];
  readonly truncated: boolean;
}

/* The use cases, each in its own file of this folder:
 * start.ts       startUpload(core, actor, StartUploadInput): Promise<UploadRecord>
 * upload-part.ts uploadPart(core, UploadPartInput): Promise<PartRecord>
 * copy-part.ts   copyPart(core, CopyPartInput): Promise<{ part: PartRecord; source: ObjectInfo }>
 * complete.ts    completeUpload(core, actor, CompleteUploadInput): Promise<ObjectInfo>   (a repeated identical complete answers the same)
 * abort.ts       abortUpload(core, UploadAddress): Promise<void>
 * list.ts        listParts(core, UploadAddress & { after: number; limit: number }): Promise<{ upload: UploadRecord; parts: PartRecord[]; truncated: boolean }>
 *                listUploads(core, { bucket; prefix; delimiter; afterKey?; afterUpload?; limit }): Promise<UploadPage>
 */
export type { Actor, Core, ObjectInfo, PartRecord };
