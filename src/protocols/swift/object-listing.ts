/** Owns a container's listing: Swift's parameters to the core's one listing, and its old `path=` form on top of that. */
import type { Core } from '../../core/core.ts';
import type { BucketName } from '../../core/model/names.ts';
import { type ListedEntry, type ListObjectsInput, listObjects } from '../../core/objects/list.ts';
import type { ListedItem } from './listing-documents.ts';
import { type ListingQuery, subdirOf } from './listing-query.ts';
import { listingTime } from './times.ts';

/** @throws CoreError NoSuchBucket */
export async function listContainer(
  core: Core,
  bucket: BucketName,
  query: ListingQuery,
): Promise<readonly ListedItem[]> {
  if (query.path !== undefined) {
    return (await listDirectory(core, bucket, query, query.path)).map(itemOf);
  }
  const begun = await begunSubdir(core, bucket, query);
  const { entries } = await listObjects(core, {
    ...inputOf(bucket, query),
    limit: query.limit - begun.length,
  });
  return [...begun, ...entries.map(itemOf)];
}

/**
 * The common prefix that the marker lies within, while objects of it follow the marker: Swift names it again. The core counts
 * it as passed, as S3 does. (From the end, both agree: a prefix sorts before everything in it.)
 */
async function begunSubdir(core: Core, bucket: BucketName, query: ListingQuery): Promise<ListedItem[]> {
  const { marker, delimiter, prefix, reverse } = query;
  if (marker === undefined || reverse || query.limit === 0) return [];
  const subdir = subdirOf(marker, prefix, delimiter);
  if (subdir === undefined || subdir === marker) return [];
  const { entries } = await listObjects(core, {
    ...inputOf(bucket, query),
    prefix: subdir,
    delimiter: '',
    limit: 1,
  });
  return entries.length > 0 ? [{ subdir }] : [];
}

function inputOf(bucket: BucketName, query: ListingQuery): ListObjectsInput {
  return {
    bucket,
    prefix: query.prefix,
    delimiter: query.delimiter,
    ...(query.marker === undefined ? {} : { after: query.marker }),
    ...(query.endMarker === undefined ? {} : { before: query.endMarker }),
    reverse: query.reverse,
    limit: query.limit,
  };
}

/**
 * The objects directly in `path`: of a deeper directory only its own marker object, if there is one, and not the marker of
 * `path` itself. Pages are read until enough is found, for most of a page may be directories without a marker.
 */
async function listDirectory(
  core: Core,
  bucket: BucketName,
  query: ListingQuery,
  path: string,
): Promise<readonly ListedEntry[]> {
  const prefix = path === '' ? '' : `${path.replace(/\/+$/, '')}/`;
  const found: ListedEntry[] = [];
  let input: ListObjectsInput = { ...inputOf(bucket, query), prefix, delimiter: '/' };
  while (found.length < query.limit) {
    const page = await listObjects(core, { ...input, limit: query.limit - found.length });
    for (const entry of page.entries) {
      const object = entry.kind === 'prefix' ? await markerObject(core, bucket, entry.prefix) : entry;
      if (object !== undefined && nameOf(object) !== prefix) found.push(object);
    }
    const last = page.entries.at(-1);
    if (!page.truncated || last === undefined) break;
    input = { ...input, after: nameOf(last) };
  }
  return found;
}

/** The object named exactly like a common prefix. */
async function markerObject(core: Core, bucket: BucketName, name: string): Promise<ListedEntry | undefined> {
  const { entries } = await listObjects(core, { bucket, prefix: name, delimiter: '', limit: 1 });
  return entries.find((entry) => nameOf(entry) === name);
}

function nameOf(entry: ListedEntry): string {
  return entry.kind === 'prefix' ? entry.prefix : entry.info.key;
}

function itemOf(entry: ListedEntry): ListedItem {
  if (entry.kind === 'prefix') return { subdir: entry.prefix };
  const { info } = entry;
  return {
    name: info.key,
    bytes: info.size,
    hash: info.etag,
    content_type: info.contentType,
    last_modified: listingTime(info.modifiedAt),
  };
}
