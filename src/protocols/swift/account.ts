/** Owns what is told about an account: its headers, and its listing of containers with Swift's delimiter on top of the core's. */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { BucketInfo } from '../../core/buckets/buckets.ts';
import { listBuckets } from '../../core/buckets/list.ts';
import type { ProjectUsage } from '../../core/buckets/project.ts';
import type { Core } from '../../core/core.ts';
import type { ProjectId } from '../../core/model/names.ts';
import type { ListedItem } from './listing-documents.ts';
import { type ListingQuery, subdirOf } from './listing-query.ts';
import { metadataHeaders } from './metadata.ts';
import { listingTime, timestamp } from './times.ts';

/** The one storage policy there is, by KakaoCloud's (that is, RGW's) name for it. */
export const storagePolicy = 'default-placement';

export function accountHeaders(usage: ProjectUsage): ReplyHeaders {
  return {
    'X-Account-Container-Count': usage.buckets,
    'X-Account-Object-Count': usage.objects,
    'X-Account-Bytes-Used': usage.bytes,
    'X-Timestamp': timestamp(usage.createdAt),
    ...metadataHeaders('account', usage.metadata),
    'Accept-Ranges': 'bytes',
  };
}

/** Greater than every character of a container's name. */
const afterNames = '\x7f';

/** The page of containers and common prefixes that `query` asks for; `path` means nothing here, as in Swift. */
export async function listAccount(
  core: Core,
  project: ProjectId,
  query: ListingQuery,
): Promise<readonly ListedItem[]> {
  const { prefix, delimiter, reverse, limit, endMarker } = query;
  const items: ListedItem[] = [];
  let after = query.marker;
  // A marker that is a common prefix itself stands for everything below it.
  if (after !== undefined && subdirOf(after, prefix, delimiter) === after) after = behind(after, reverse);
  while (items.length < limit) {
    const page = await listBuckets(core, {
      project,
      prefix,
      reverse,
      limit: limit - items.length,
      ...(after === undefined ? {} : { after }),
      ...(endMarker === undefined ? {} : { before: endMarker }),
    });
    let subdir: string | undefined;
    for (const bucket of page.buckets) {
      if (subdir !== undefined && bucket.name.startsWith(subdir)) continue;
      subdir = subdirOf(bucket.name, prefix, delimiter);
      if (subdir === undefined) items.push(itemOf(bucket));
      else if (subdir !== endMarker) items.push({ subdir });
    }
    const last = page.buckets.at(-1);
    if (!page.truncated || last === undefined) break;
    after = subdir === undefined ? last.name : behind(subdir, reverse);
  }
  return items;
}

/** Where a listing goes on once it is done with everything that starts with `subdir`. */
function behind(subdir: string, reverse: boolean): string {
  return reverse ? subdir : `${subdir}${afterNames}`;
}

function itemOf(bucket: BucketInfo): ListedItem {
  return {
    name: bucket.name,
    count: bucket.objects,
    bytes: bucket.bytes,
    last_modified: listingTime(bucket.createdAt),
    storage_policy: storagePolicy,
  };
}
