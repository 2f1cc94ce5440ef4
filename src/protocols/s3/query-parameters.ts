/** Owns reading the query parameters S3's calls share: numbers, page sizes, the encoding of names, continuation tokens. */
import { s3Error } from './errors.ts';
import type { S3View } from './request.ts';

/** A parameter's text; '' for one without a value. */
export function textParameter(view: S3View, name: string): string | undefined {
  return view.request.query.get(name);
}

export interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

/** A whole number; undefined when the parameter is absent or empty. @throws S3Error InvalidArgument */
export function integerParameter(view: S3View, name: string, { min, max }: IntegerRange): number | undefined {
  const text = textParameter(view, name);
  if (text === undefined || text === '') return undefined;
  const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const message = Number.isNaN(value)
    ? `Provided ${name} not an integer or within integer range`
    : `Argument ${name} must be an integer between ${min} and ${max}`;
  throw s3Error('InvalidArgument', message, { ArgumentName: name, ArgumentValue: text });
}

const anyInteger = 2 ** 31 - 1;

/** How many entries a page may have: what the client asks for, and never more than `most`. @throws S3Error InvalidArgument */
export function pageSize(view: S3View, name: string, most = 1000): number {
  return Math.min(integerParameter(view, name, { min: 0, max: anyInteger }) ?? most, most);
}

/** A number that marks where a page starts. @throws S3Error InvalidArgument */
export function numberMarker(view: S3View, name: string): number {
  return integerParameter(view, name, { min: 0, max: anyInteger }) ?? 0;
}

export const partNumbers: IntegerRange = { min: 1, max: 10_000 };

/** @throws S3Error InvalidArgument */
export function partNumberOf(view: S3View): number | undefined {
  const text = textParameter(view, 'partNumber');
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= partNumbers.min && value <= partNumbers.max) return value;
  throw s3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
    ArgumentName: 'partNumber',
    ArgumentValue: text,
  });
}

/** Whether names in the answer are to be percent-encoded. @throws S3Error InvalidArgument */
export function wantsUrlEncoding(view: S3View): boolean {
  const text = textParameter(view, 'encoding-type');
  if (text === undefined || text === '') return false;
  if (text.toLowerCase() === 'url') return true;
  throw s3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', {
    ArgumentName: 'encoding-type',
    ArgumentValue: text,
  });
}

/** Tokens carry the last name of a page; the letter in front lets their form change later. */
const tokenForm = 'k';

/** An opaque text that `readContinuationToken` turns back into `after`. */
export function writeContinuationToken(after: string): string {
  return tokenForm + Buffer.from(after, 'utf8').toString('base64url');
}

/** @throws S3Error InvalidArgument for a text that is no token of ours */
export function readContinuationToken(view: S3View): string | undefined {
  const token = textParameter(view, 'continuation-token');
  if (token === undefined) return undefined;
  const after = Buffer.from(token.slice(1), 'base64url').toString('utf8');
  if (after === '' || writeContinuationToken(after) !== token) {
    throw s3Error('InvalidArgument', 'The continuation token provided is incorrect', {
      ArgumentName: 'continuation-token',
    });
  }
  return after;
}
