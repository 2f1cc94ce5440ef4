/**
 * Owns `x-amz-copy-source`: `bucket/key` or `/bucket/key`, URL-encoded as form data is (`+` is a blank, as S3 reads it), with an
 * optional `?versionId=`. Refuses access point and other ARNs.
 */

import { MalformedTarget, percentDecode } from '../../base/http/query.ts';
import type { ReplyHeaders } from '../../base/http/reply.ts';
import { isCoreError } from '../../core/errors.ts';
import { defaultNameLimits, parseBucketName, parseObjectKey } from '../../core/model/names.ts';
import type { ObjectInfo } from '../../core/objects/info.ts';
import type { VersionAddress } from '../../core/versions/find.ts';
import { readVersion } from './address.ts';
import { type S3Error, s3Error } from './errors.ts';
import type { S3View } from './request.ts';

export const copySourceHeader = 'x-amz-copy-source';

/** @throws S3Error InvalidArgument; CoreError InvalidBucketName, KeyTooLong */
export function copySourceOf(view: S3View): VersionAddress {
  const raw = view.request.header(copySourceHeader) ?? '';
  const [path, versionId] = cutVersion(raw);
  const decoded = decode(path, raw).replace(/^\//, '');
  const slash = decoded.indexOf('/');
  if (decoded.startsWith('arn:') || slash <= 0 || slash === decoded.length - 1) throw malformed(raw);
  const version = readVersion(versionId === undefined ? undefined : decode(versionId, raw));
  return {
    ...(version !== undefined && { version }),
    bucket: parseBucketName(decoded.slice(0, slash), defaultNameLimits),
    key: parseObjectKey(decoded.slice(slash + 1), defaultNameLimits),
  };
}

/** A key may hold a `?` of its own, unencoded by careless clients: only this one word after it is special. */
function cutVersion(raw: string): [path: string, version: string | undefined] {
  const mark = '?versionId=';
  const at = raw.lastIndexOf(mark);
  return at < 0 ? [raw, undefined] : [raw.slice(0, at), raw.slice(at + mark.length)];
}

function decode(text: string, raw: string): string {
  try {
    return percentDecode(text.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof MalformedTarget) throw malformed(raw);
    throw error;
  }
}

function malformed(raw: string): S3Error {
  return s3Error(
    'InvalidArgument',
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    {
      ArgumentName: copySourceHeader,
      ArgumentValue: raw,
    },
  );
}

/** What is told of the version that was copied. */
export function copySourceHeaders({ versionId }: Pick<ObjectInfo, 'versionId'>): ReplyHeaders {
  return { 'x-amz-copy-source-version-id': versionId };
}

/** A delete marker has nothing to copy (S3 API reference, CopyObject). */
export function refuseMarker(error: unknown): never {
  if (!isCoreError(error, 'IsDeleteMarker')) throw error;
  throw s3Error(
    'InvalidRequest',
    'The source of a copy request may not specifically refer to a delete marker by version id.',
  );
}
