/**
 * Owns every difference between the two Swifts we speak: KakaoCloud's, under `/v1/{project}` (reference, sections 6 and 9), and
 * upstream's, under `/v1/AUTH_{project}` (wire page, section 2). Operations ask; none compares paths itself.
 */
import { type ProjectId, parseProjectId } from '../../core/model/names.ts';

export interface Dialect {
  readonly name: 'kakaocloud' | 'upstream';
  /** What stands before the project id in an account's name. */
  readonly accountPrefix: string;
  /** POST of a container that went well (C19). */
  readonly containerPostStatus: 200 | 204;
  /** Header prefixes that set container metadata in a POST, lower case (C19). */
  readonly containerMetadataPrefixes: readonly string[];
  /** Header prefixes that set an object's metadata, lower case; the last one wins (reference, section 6, "PUT folder"). */
  readonly objectMetadataPrefixes: readonly string[];
  /** `X-Timestamp` on every answer (reference, section 6, "Common response headers"). */
  readonly timestampEverywhere: boolean;
  /** Forms a list of things to delete may come in; KakaoCloud's sample is curl's `--data`, which says it is a form. */
  readonly bulkContentTypes: readonly string[];
  /** A bulk deletion takes its lines as they come, or objects before containers, as upstream does (reference 6.1). */
  readonly bulkOrder: 'as listed' | 'objects first';
  /** A container name that nothing can have, in a bulk deletion: an error of its own, or just absent. */
  readonly bulkBadName: 400 | 404;
  /** Emptying a container that is absent, or whose name nothing can have (reference 6.2; not known upstream). */
  readonly absentWhenEmptied: 400 | 404;
  /** A CORS preflight that no rule allows. */
  readonly preflightRefusal: 401 | 403;
}

const kakaocloud: Dialect = {
  name: 'kakaocloud',
  accountPrefix: '',
  containerPostStatus: 200,
  containerMetadataPrefixes: ['x-container-meta-', 'x-object-meta-'],
  objectMetadataPrefixes: ['x-amz-meta-', 'x-object-meta-'],
  timestampEverywhere: true,
  bulkContentTypes: ['text/plain', 'application/x-www-form-urlencoded'],
  bulkOrder: 'as listed',
  bulkBadName: 400,
  absentWhenEmptied: 400,
  preflightRefusal: 403,
};

const upstream: Dialect = {
  name: 'upstream',
  accountPrefix: 'AUTH_',
  containerPostStatus: 204,
  containerMetadataPrefixes: ['x-container-meta-'],
  objectMetadataPrefixes: ['x-object-meta-'],
  timestampEverywhere: false,
  bulkContentTypes: ['text/plain'],
  bulkOrder: 'objects first',
  bulkBadName: 404,
  absentWhenEmptied: 404,
  preflightRefusal: 401,
};

/** The dialect an account's name chooses. */
export function dialectOf(account: string): Dialect {
  return account.startsWith(upstream.accountPrefix) ? upstream : kakaocloud;
}

/** The project an account's name stands for, in either dialect; undefined when it can be none. */
export function projectOf(account: string): ProjectId | undefined {
  return parseProjectId(account.slice(dialectOf(account).accountPrefix.length));
}

/** The account name v1 auth hands out: old clients expect upstream's dialect (DESIGN 12). */
export function upstreamAccount(project: ProjectId): string {
  return `${upstream.accountPrefix}${project}`;
}
