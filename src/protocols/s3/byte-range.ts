/** Owns the Range header (RFC 9110 section 14) and the stricter range of a part copy. Whether a range fits is for core. */
import type { RequestedRange } from '../../core/objects/get.ts';
import { s3Error } from './errors.ts';
import type { S3View } from './request.ts';

/** A range S3 honours: one range in bytes. Others are ignored, so the whole object is the answer, as RFC 9110 allows. */
export function rangeOf(view: S3View): RequestedRange | undefined {
  const text = view.request.header('range');
  if (text === undefined) return undefined;
  const match = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)$/i.exec(text.trim());
  const [, first = '', last = ''] = match ?? [];
  if (first === '') return last === '' ? undefined : { suffix: position(last) };
  if (last === '') return { start: position(first) };
  const range = { start: position(first), end: position(last) };
  return range.end < range.start ? undefined : range;
}

/** Positions beyond any object stay exact enough to be beyond it. */
function position(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER - 1);
}

/** `x-amz-copy-source-range`, which must name both ends. @throws S3Error InvalidArgument */
export function copySourceRangeOf(view: S3View): { start: number; end: number } | undefined {
  const header = 'x-amz-copy-source-range';
  const text = view.request.header(header);
  if (text === undefined) return undefined;
  const match = /^bytes=(\d+)-(\d+)$/.exec(text.trim());
  const range = { start: position(match?.[1] ?? '0'), end: position(match?.[2] ?? '0') };
  if (match === null || range.end < range.start) {
    throw s3Error(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the ' +
        'zero-based offsets of the first and last bytes to copy',
      { ArgumentName: header, ArgumentValue: text },
    );
  }
  return range;
}
