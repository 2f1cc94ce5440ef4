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
  const { marker, endMarker, limit } = query;
  const begun = subdirAround(marker, query);
  const ended = subdirAround(endMarker, query);
  const items: ListedItem[] = [];
  if (begun !== undefined && (await goesOn(core, bucket, query, begun))) items.push({ subdir: begun });
  if (begun === undefined || begun !== ended) {
    const { entries } = await listObjects(core, {
      ...inputOf(bucket, query),
      ...bounds(begun ?? marker, ended ?? endMarker),
      limit: Math.max(0, limit - items.length),
    });
    items.push(...entries.map(itemOf));
    const more = ended !== undefined && items.length < limit && (await goesOn(core, bucket, query, ended));
    if (more) items.push({ subdir: ended });
  }
  return items.slice(0, limit);
}

/**
 * The common prefix that a marker lies within. Swift lists it when any of its objects are between the markers; the core counts a
 * common prefix by its own place in the order, as S3 does, so these two are looked at apart.
 */
function subdirAround(marker: string | undefined, { prefix, delimiter }: ListingQuery): string | undefined {
  const subdir = marker === undefined ? undefined : subdirOf(marker, prefix, delimiter);
  return subdir === marker ? undefined : subdir;
}

/** Whether any object of `subdir` is between the markers, none of which is `subdir` itself: that stands for all of it. */
async function goesOn(core: Core, bucket: BucketName, query: ListingQuery, subdir: string): Promise<boolean> {
  if (subdir === query.marker || subdir === query.endMarker) return false;
  const within = { ...inputOf(bucket, query), prefix: subdir, delimiter: '', limit: 1 };
  return (await listObjects(core, within)).entries.length > 0;
}

function bounds(after: string | undefined, before: string | undefined) {
  return {
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { before }),
  };
}

function inputOf(bucket: BucketName, query: ListingQuery): ListObjectsInput {
  return {
    bucket,
    prefix: query.prefix,
    delimiter: query.delimiter,
    ...bounds(query.marker, query.endMarker),
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
  const prefix = directoryPrefix(path);
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
  const { large } = info;
  return {
    name: info.key,
    bytes: info.size,
    hash: large?.kind === 'static' ? large.listEtag : info.etag,
    content_type: info.contentType,
    last_modified: listingTime(info.modifiedAt),
    ...(large?.kind === 'static' && { slo_etag: `"${large.etag}"` }),
  };
}

/** What the keys of a listing begin with, in either form of asking for it. */
export function prefixOf({ path, prefix }: ListingQuery): string {
  return path === undefined ? prefix : directoryPrefix(path);
}

function directoryPrefix(path: string): string {
  return path === '' ? '' : `${path.replace(/\/+$/, '')}/`;
}
