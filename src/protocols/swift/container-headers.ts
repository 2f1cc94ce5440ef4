/** Owns what Swift's headers say about a container. */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { BucketInfo } from '../../core/buckets/buckets.ts';
import { storagePolicy } from './account.ts';
import { metadataHeaders } from './metadata.ts';
import { lastModified, timestamp } from './times.ts';

export function containerHeaders(bucket: BucketInfo): ReplyHeaders {
  return {
    'X-Container-Object-Count': bucket.objects,
    'X-Container-Bytes-Used': bucket.bytes,
    'X-Timestamp': timestamp(bucket.createdAt),
    ...metadataHeaders('container', bucket.metadata),
    'Last-Modified': lastModified(bucket.modifiedAt),
    'Accept-Ranges': 'bytes',
    'X-Storage-Policy': storagePolicy,
    'X-Container-Sharding': 'False',
  };
}
