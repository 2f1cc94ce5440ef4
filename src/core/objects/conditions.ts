/** Conditional requests (RFC 9110 13) in the domain's terms: entity tags are unquoted, times are milliseconds since the epoch. */

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
