/** UploadPart for every door. */
import type { Core } from '../core.ts';
import { dataKeyOf } from '../crypt/keys.ts';
import { CoreError } from '../errors.ts';
import { committing, Draft } from '../model/draft.ts';
import type { ChecksumAlgorithm, PartRecord, UploadRecord } from '../model/object-records.ts';
import type { ExpectedDigest } from '../objects/info.ts';
import { keepingBody, storeBody } from '../objects/store-body.ts';
import {
  draftPart,
  findPart,
  findUpload,
  refuseWrongPartNumber,
  type UploadAddress,
} from './upload-place.ts';

export interface UploadPartInput extends UploadAddress {
  /** 1 to 10,000. */
  readonly part: number;
  readonly body: AsyncIterable<Uint8Array>;
  readonly size?: number;
  readonly expected: readonly ExpectedDigest[];
  /** Computed in any case when the upload was started with one; then another one is refused. */
  readonly checksum?: ChecksumAlgorithm;
  readonly signal: AbortSignal;
}

/** A part, and whether it is kept encrypted. */
export interface StoredPart extends PartRecord {
  readonly encrypted?: boolean;
}

/** What is told of `part` of `upload`. */
export function storedPart(part: PartRecord, { encryption }: UploadRecord): StoredPart {
  return encryption === undefined ? part : { ...part, encrypted: true };
}

/**
 * A part with the same number is replaced.
 * @throws CoreError NoSuchBucket, NoSuchUpload, InvalidArgument (part number, checksum algorithm), BadDigest, IncompleteBody,
 * TooLarge, Busy. Nothing stays behind after any of them.
 */
export async function uploadPart(core: Core, input: UploadPartInput): Promise<StoredPart> {
  refuseWrongPartNumber(input.part);
  const early = await findUpload(core, input);
  const checksum = partChecksum(early.upload.record, input.checksum);
  const dataKey = dataKeyOf(core, early.bucket.record, early.upload.record);
  const body = { ...input, ...(checksum !== undefined && { checksum }) };
  const stored = await storeBody(core, body, dataKey);
  const { md5, ...kept } = stored;
  const record: PartRecord = { number: input.part, etag: md5, modifiedAt: core.clock(), ...kept };
  return keepingBody(core, stored.segments, () =>
    committing('part', async () => {
      const place = await findUpload(core, input);
      const replaced = await findPart(core, input.upload, input.part);
      await draftPart(new Draft(core), place, record, replaced).commit();
      return storedPart(record, place.upload.record);
    }),
  );
}

/** The algorithm of a part's checksum: the upload's, else the one asked for. */
export function partChecksum(
  { checksum }: UploadRecord,
  asked: ChecksumAlgorithm | undefined,
): ChecksumAlgorithm | undefined {
  if (checksum !== undefined && asked !== undefined && asked !== checksum.algorithm) {
    throw new CoreError('InvalidArgument', {
      what: 'checksum algorithm',
      reason: `the upload was started with ${checksum.algorithm}`,
    });
  }
  return checksum?.algorithm ?? asked;
}
