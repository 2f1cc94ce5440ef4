/**
 * Owns what Swift's clients are told of an object that S3 put together from parts. Its Etag is not the MD5 of its bytes, which
 * they would check; Swift's word for such an object is a static large object, as it calls those that its own S3 door makes.
 * Refuses to name segments: the parts are no objects, and a client deletes what a manifest names.
 */
import { createHash } from 'node:crypto';
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import type { ObjectInfo } from '../../core/objects/info.ts';

export function isLargeObject({ etag }: Pick<ObjectInfo, 'etag'>): boolean {
  return !/^[0-9a-f]{32}$/.test(etag);
}

/** The Etag, in quotes where it is no MD5, and the header that tells clients so (wire page, "SLO"). */
export function etagHeaders(info: Pick<ObjectInfo, 'etag'>): ReplyHeaders {
  if (!isLargeObject(info)) return { Etag: info.etag };
  return { Etag: `"${info.etag}"`, 'X-Static-Large-Object': 'True' };
}

const noSegments = '[]';

/** The answer to `?multipart-manifest=get` of a large object; `headers` are the object's. */
export function manifestReply(headers: ReplyHeaders): Reply {
  return {
    status: 200,
    headers: {
      ...headers,
      'Content-Type': 'application/json; charset=utf-8',
      Etag: createHash('md5').update(noSegments).digest('hex'),
    },
    body: noSegments,
  };
}
