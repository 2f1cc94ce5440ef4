/** Owns what Swift's headers say about a container, to whom. */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { Actor } from '../../core/actor.ts';
import type { BucketInfo } from '../../core/buckets/buckets.ts';
import { storagePolicy } from './account.ts';
import { containerAclHeaders } from './container-acl.ts';
import { metadataHeaders } from './metadata.ts';
import { lastModified, timestamp } from './times.ts';

export function containerHeaders(actor: Actor, bucket: BucketInfo): ReplyHeaders {
  return {
    'X-Container-Object-Count': bucket.objects,
    'X-Container-Bytes-Used': bucket.bytes,
    'X-Timestamp': timestamp(bucket.createdAt),
    ...metadataHeaders('container', bucket.metadata),
    ...containerAclHeaders(actor, bucket),
    'Last-Modified': lastModified(bucket.modifiedAt),
    'Accept-Ranges': 'bytes',
    'X-Storage-Policy': storagePolicy,
    'X-Container-Sharding': 'False',
  };
}
