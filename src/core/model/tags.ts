/** Owns what tags are: names with values, at most so many, in the characters that S3 allows (S3 user guide, "Tagging objects" and "Bucket tags"). */
import { CoreError } from '../errors.ts';

/** Names to values. */
export type Tags = Readonly<Record<string, string>>;

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export const mostBucketTags = 50;
export const mostObjectTags = 10;
const longestKey = 128;
const longestValue = 256;
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** @throws CoreError InvalidArgument (`tag`) for a tag that breaks a rule or a key that repeats; LimitExceeded for more than `most` */
export function acceptTags(given: readonly Tag[], most: number): Tags {
  if (given.length > most) throw new CoreError('LimitExceeded', { what: 'tags', limit: most });
  const tags = new Map<string, string>();
  for (const { key, value } of given) {
    if (key === '' || [...key].length > longestKey)
      throw invalid(`key must have 1 to ${longestKey} characters`);
    if ([...value].length > longestValue) throw invalid(`value must have at most ${longestValue} characters`);
    if (!allowed.test(key) || !allowed.test(value)) {
      throw invalid('key and value must consist of letters, digits, blanks and _.:/=+-@');
    }
    if (/^aws:/i.test(key)) throw invalid('key must not begin with aws:');
    if (tags.has(key)) throw invalid('key must not repeat');
    tags.set(key, value);
  }
  return Object.fromEntries(tags);
}

function invalid(reason: string): CoreError {
  return new CoreError('InvalidArgument', { what: 'tag', reason });
}
