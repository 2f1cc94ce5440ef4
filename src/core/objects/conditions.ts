/** Conditional requests (RFC 9110 13) in the domain's terms: entity tags are unquoted, times are milliseconds since the epoch. */
import { CoreError, isCoreError } from '../errors.ts';

/** `*` or a list of unquoted entity tags. */
export type EtagCondition = '*' | readonly string[];

export interface ReadConditions {
  readonly ifMatch?: EtagCondition;
  readonly ifNoneMatch?: EtagCondition;
  /** Compared by whole seconds, as Last-Modified shows no more. */
  readonly ifModifiedSince?: number;
  readonly ifUnmodifiedSince?: number;
}

/** Checked again inside the commit, so of several conditional writers exactly one wins. */
export interface WriteConditions {
  readonly ifMatch?: EtagCondition;
  readonly ifNoneMatch?: EtagCondition;
}

/** What conditions are about. */
interface Validators {
  readonly etag: string;
  /** Another entity tag by which the same is known at another door. */
  readonly otherEtag?: string | undefined;
  readonly modifiedAt: number;
}

/**
 * The conditions of a read, in the order of RFC 9110 13.2.2.
 * @throws CoreError PreconditionFailed; NotModified when the reader has what there is
 */
export function checkRead(conditions: ReadConditions, found: Validators): void {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!knownBy(ifMatch, found)) throw failed('If-Match');
  } else if (ifUnmodifiedSince !== undefined && seconds(found.modifiedAt) > seconds(ifUnmodifiedSince)) {
    throw failed('If-Unmodified-Since');
  }
  const notModified =
    ifNoneMatch !== undefined
      ? knownBy(ifNoneMatch, found)
      : ifModifiedSince !== undefined && seconds(found.modifiedAt) <= seconds(ifModifiedSince);
  if (notModified) {
    throw new CoreError('NotModified', { etag: found.etag, modifiedAt: found.modifiedAt });
  }
}

/**
 * The conditions on the source of a copy: those of a read, but "you have it" is a failure too.
 * @throws CoreError PreconditionFailed
 */
export function checkCopySource(conditions: ReadConditions, found: Validators): void {
  try {
    checkRead(conditions, found);
  } catch (error) {
    if (!isCoreError(error, 'NotModified')) throw error;
    throw failed(conditions.ifNoneMatch === undefined ? 'If-Modified-Since' : 'If-None-Match');
  }
}

/**
 * The conditions of a write, about the object it would replace.
 * @throws CoreError PreconditionFailed; NoSuchKey for If-Match when there is none
 */
export function checkWrite(
  { ifMatch, ifNoneMatch }: WriteConditions,
  current: Validators | undefined,
  address: { readonly bucket: string; readonly key: string },
): void {
  if (ifMatch !== undefined) {
    const { bucket, key } = address;
    if (current === undefined) throw new CoreError('NoSuchKey', { bucket, key });
    if (!matches(ifMatch, current.etag)) throw failed('If-Match');
  }
  if (ifNoneMatch !== undefined && current !== undefined && matches(ifNoneMatch, current.etag)) {
    throw failed('If-None-Match');
  }
}

function knownBy(condition: EtagCondition, { etag, otherEtag }: Validators): boolean {
  return matches(condition, etag) || (otherEtag !== undefined && matches(condition, otherEtag));
}

export function matches(condition: EtagCondition, etag: string): boolean {
  return condition === '*' || condition.includes(etag);
}

function failed(condition: string): CoreError {
  return new CoreError('PreconditionFailed', { condition });
}

function seconds(time: number): number {
  return Math.floor(time / 1000);
}
