/**
 * Owns reading conditional headers (RFC 9110 section 13) into the domain's conditions. Weak entity tags count where the RFC
 * compares weakly (If-None-Match) and match nothing where it compares strongly. Dates that are none are ignored, as it asks.
 */
import { parseHttpDate } from '../../base/http/http-date.ts';
import type { EtagCondition, ReadConditions, WriteConditions } from '../../core/objects/conditions.ts';
import type { ObjectInfo } from '../../core/objects/info.ts';
import type { S3View } from './request.ts';

/** The conditions of a read, from headers with `prefix` before their names: '' or `x-amz-copy-source-`. */
export function readConditions(view: S3View, prefix = ''): ReadConditions {
  const ifMatch = strongTags(view.request.header(`${prefix}if-match`));
  const ifNoneMatch = weakTags(view.request.header(`${prefix}if-none-match`));
  const ifModifiedSince = date(view, `${prefix}if-modified-since`);
  const ifUnmodifiedSince = date(view, `${prefix}if-unmodified-since`);
  return {
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { ifModifiedSince }),
    ...(ifUnmodifiedSince !== undefined && { ifUnmodifiedSince }),
  };
}

/** The conditions under which a write may happen. */
export function writeConditions(view: S3View): WriteConditions {
  const ifMatch = strongTags(view.request.header('if-match'));
  const ifNoneMatch = weakTags(view.request.header('if-none-match'));
  return { ...(ifMatch !== undefined && { ifMatch }), ...(ifNoneMatch !== undefined && { ifNoneMatch }) };
}

/** A list of entity tags for strong comparison, unquoted; tags without quotes are taken too, as many clients send them so. */
export function strongTags(text: string | undefined): EtagCondition | undefined {
  if (text === undefined) return undefined;
  return text.trim() === '*'
    ? '*'
    : tagsOf(text)
        .filter((tag) => !tag.startsWith('W/'))
        .map(unquote);
}

function weakTags(text: string | undefined): EtagCondition | undefined {
  if (text === undefined) return undefined;
  return text.trim() === '*' ? '*' : tagsOf(text).map((tag) => unquote(tag.replace(/^W\//, '')));
}

/** Cut at commas outside quotes. */
function tagsOf(text: string): string[] {
  return (text.match(/(?:[^",]|"[^"]*"?)+/g) ?? []).map((tag) => tag.trim()).filter((tag) => tag !== '');
}

function unquote(tag: string): string {
  return tag.replace(/^"(.*)"$/, '$1');
}

function date(view: S3View, header: string): number | undefined {
  const text = view.request.header(header);
  return text === undefined ? undefined : parseHttpDate(text);
}

/** For requests without If-Range. */
export const always = (): boolean => true;

/** Whether a Range header counts for an object (RFC 9110 13.1.5): the tag or the date the client has must be exactly its own. */
export function ifRange(view: S3View): (info: Pick<ObjectInfo, 'etag' | 'modifiedAt'>) => boolean {
  const text = view.request.header('if-range')?.trim();
  if (text === undefined) return always;
  const time = parseHttpDate(text);
  if (time !== undefined) return ({ modifiedAt }) => Math.floor(modifiedAt / 1000) * 1000 === time;
  return ({ etag }) => !text.startsWith('W/') && unquote(text) === etag;
}
