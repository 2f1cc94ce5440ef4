/** Owns what a list of parts becomes: checks of the list, ETag, checksum and size of the whole. Pure. */
import { combineCrc } from '../../base/crc-combine.ts';
import { createHasher } from '../../base/hash.ts';
import { CoreError } from '../errors.ts';
import type {
  Checksum,
  ChecksumAlgorithm,
  ManifestPart,
  PartRecord,
  UploadRecord,
} from '../model/object-records.ts';
import { lower } from '../objects/store-body.ts';

export interface CompletedPart {
  readonly part: number;
  /** Unquoted MD5 in hex. */
  readonly etag: string;
  /** Base64; must equal the part's own when given. */
  readonly checksum?: string;
}

/** @throws CoreError InvalidPartOrder; InvalidArgument when there is no part */
export function refuseDisorder(parts: readonly CompletedPart[]): void {
  if (parts.length === 0)
    throw new CoreError('InvalidArgument', { what: 'parts', reason: 'must not be empty' });
  parts.forEach(({ part }, at) => {
    const before = parts[at - 1];
    if (before !== undefined && before.part >= part) throw new CoreError('InvalidPartOrder', { part });
  });
}

/** The uploaded parts that a completion names, in its order. @throws CoreError InvalidPart, PartTooSmall */
export function chooseParts(
  wanted: readonly CompletedPart[],
  uploaded: readonly PartRecord[],
  minimum: number,
): PartRecord[] {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const chosen = wanted.map(({ part, etag, checksum }) => {
    const found = byNumber.get(part);
    const same =
      found?.etag === etag.toLowerCase() && (checksum === undefined || checksum === found.checksum?.value);
    if (found === undefined || !same) throw new CoreError('InvalidPart', { part });
    return found;
  });
  for (const { number, size } of chosen.slice(0, -1)) {
    if (size < minimum) throw new CoreError('PartTooSmall', { part: number, size, minimum });
  }
  return chosen;
}

export function manifestPart({ number, size, checksum, segments }: PartRecord): ManifestPart {
  return { number, size, segments, ...(checksum !== undefined && { checksum: checksum.value }) };
}

export function totalSize(parts: readonly PartRecord[]): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}

/** S3's form: the MD5 of the parts' MD5s in a row, and their number. */
export function multipartEtag(parts: readonly PartRecord[]): string {
  const hasher = createHasher('md5');
  for (const { etag } of parts) hasher.update(Buffer.from(etag, 'hex'));
  return `${hasher.digest().toString('hex')}-${parts.length}`;
}

/**
 * The whole's checksum: of the type the upload was started with; else, when the completion names an algorithm whose part
 * checksums can be joined, of the full object.
 * @throws CoreError BadDigest when it differs from the expected one; InvalidPart when a part lacks the checksum needed;
 * InvalidArgument when the expected one cannot be compared
 */
export function multipartChecksum(
  { checksum: kind }: UploadRecord,
  parts: readonly PartRecord[],
  expected: Pick<Checksum, 'algorithm' | 'value'> | undefined,
): Checksum | undefined {
  if (kind === undefined && expected === undefined) return undefined;
  const { algorithm, type } = kind ?? {
    algorithm: expected?.algorithm ?? 'CRC64NVME',
    type: 'FULL_OBJECT' as const,
  };
  if (expected !== undefined && expected.algorithm !== algorithm) throw incomparable(expected.algorithm);
  const values = parts.map((part) => partDigest(part, algorithm));
  const value = type === 'COMPOSITE' ? composite(algorithm, values) : joined(algorithm, parts, values);
  // The number of parts behind a composite value is optional on input.
  if (expected !== undefined && expected.value !== value && expected.value !== value.replace(/-\d+$/, '')) {
    throw new CoreError('BadDigest', { digest: lower(algorithm) });
  }
  return { algorithm, type, value };
}

function partDigest({ number, checksum }: PartRecord, algorithm: ChecksumAlgorithm): Buffer {
  if (checksum?.algorithm !== algorithm) throw new CoreError('InvalidPart', { part: number });
  return Buffer.from(checksum.value, 'base64');
}

function composite(algorithm: ChecksumAlgorithm, values: readonly Buffer[]): string {
  const hasher = createHasher(lower(algorithm));
  for (const value of values) hasher.update(value);
  return `${hasher.digest().toString('base64')}-${values.length}`;
}

function joined(
  algorithm: ChecksumAlgorithm,
  parts: readonly PartRecord[],
  values: readonly Buffer[],
): string {
  const crc = lower(algorithm);
  if (crc === 'sha1' || crc === 'sha256') throw incomparable(algorithm);
  const empty = createHasher(crc).digest();
  return values
    .reduce((sum, value, at) => combineCrc(crc, sum, value, parts[at]?.size ?? 0), empty)
    .toString('base64');
}

function incomparable(algorithm: ChecksumAlgorithm): CoreError {
  return new CoreError('InvalidArgument', {
    what: 'checksum',
    reason: `the upload keeps no ${algorithm} that the whole could be compared by`,
  });
}
