/** Owns the headers by which S3 tells of versions. In a bucket that never had versioning there are none. */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { DeletedObject } from '../../core/objects/delete.ts';
import type { ObjectInfo } from '../../core/objects/info.ts';

export function versionHeaders({ versionId }: Pick<ObjectInfo, 'versionId'>): ReplyHeaders {
  return { 'x-amz-version-id': versionId };
}

/** Of the marker that came, or the version or marker that is gone for ever. */
export function deletionHeaders({ versionId, deleteMarker }: DeletedObject): ReplyHeaders {
  return {
    'x-amz-version-id': versionId,
    'x-amz-delete-marker': deleteMarker === true ? 'true' : undefined,
  };
}
