/** The list's parameters and its pages (reference 10.2). Pages are counted from 1. */
import { Type } from 'typebox';
import type { RequestView } from '../../base/http/request-view.ts';
import { bucketSchema } from './bucket-document.ts';
import { KosError } from './errors.ts';
import { answerObject } from './schemas.ts';

const defaultSize = 20;
const maxSize = 100;

export interface Paging {
  readonly page: number;
  readonly size: number;
}

export interface BucketQuery {
  readonly nameFilter: string;
  /** Undefined: the whole list as a bare array, which is what the SDKs read. */
  readonly paging: Paging | undefined;
}

export const bucketPageSchema = answerObject({
  totalItems: Type.Integer(),
  nextPage: Type.Union([Type.Integer(), Type.Null()], { description: 'null: this is the last' }),
  totalPages: Type.Integer(),
  currentPage: Type.Integer(),
  items: Type.Array(bucketSchema),
});

/** SDKs name a region and want an array; whoever asks for a page, or names no region, reads pages. @throws KosError 400 */
export function readBucketQuery(request: RequestView): BucketQuery {
  const { query } = request;
  const page = number('page', query.get('page'));
  const size = number('page_size', query.get('page_size'));
  const refresh = query.get('refresh') || 'false';
  if (refresh !== 'true' && refresh !== 'false') throw new KosError(400, 'refresh must be true or false');
  const bare = page === undefined && size === undefined && Boolean(request.header('x-region-id'));
  return {
    nameFilter: query.get('name_filter') ?? '',
    paging: bare ? undefined : { page: page ?? 1, size: Math.min(size ?? defaultSize, maxSize) },
  };
}

export function pageOf<T, Printed>(
  all: readonly T[],
  { page, size }: Paging,
  print: (some: readonly T[]) => readonly Printed[],
) {
  const totalPages = Math.ceil(all.length / size);
  return {
    totalItems: all.length,
    nextPage: page < totalPages ? page + 1 : null,
    totalPages,
    currentPage: page,
    items: print(all.slice((page - 1) * size, page * size)),
  };
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw new KosError(400, `${name} must be a whole number from 1`);
  return value;
}
