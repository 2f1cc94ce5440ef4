/** Owns conditional headers as Swift reads them: entity tags with or without quotes, dates that cannot be read ignored. */
import { parseHttpDate } from '../../base/http/http-date.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import type { EtagCondition, ReadConditions, WriteConditions } from '../../core/objects/conditions.ts';
import { refuseText } from './errors.ts';

export function readConditions(request: RequestView): ReadConditions {
  return {
    ...present('ifMatch', etags(request.header('if-match'))),
    ...present('ifNoneMatch', etags(request.header('if-none-match'))),
    ...present('ifModifiedSince', date(request.header('if-modified-since'))),
    ...present('ifUnmodifiedSince', date(request.header('if-unmodified-since'))),
  };
}

/** A write has one condition, that nothing is there yet. @throws SwiftError 400 for any other If-None-Match */
export function writeConditions(request: RequestView): WriteConditions {
  const ifNoneMatch = etags(request.header('if-none-match'));
  if (ifNoneMatch === undefined) return {};
  if (ifNoneMatch !== '*') throw refuseText(400, 'If-None-Match only supports *');
  return { ifNoneMatch };
}

/** `tag` without the quotes (and the mark of weakness) it may have. */
export function unquoted(tag: string): string {
  return tag.trim().replace(/^(?:W\/)?"(.*)"$/, '$1');
}

function etags(header: string | undefined): EtagCondition | undefined {
  if (!header) return undefined;
  const tags = header
    .split(',')
    .map(unquoted)
    .filter((tag) => tag !== '');
  if (tags.length === 0) return undefined;
  return tags.includes('*') ? '*' : tags;
}

function date(header: string | undefined): number | undefined {
  return header === undefined ? undefined : parseHttpDate(header);
}

function present<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: T });
}
