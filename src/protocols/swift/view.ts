/**
 * Owns what an operation sees of a request: the request itself, what its path names, the dialect, and the names as the core's
 * types. A name that nothing can have is answered as absent, except where something would be created under it.
 */
import type { RequestView } from '../../base/http/request-view.ts';
import type { Core, CoreSettings } from '../../core/core.ts';
import { CoreError, isCoreError } from '../../core/errors.ts';
import {
  type BucketName,
  type ObjectKey,
  type ProjectId,
  parseBucketName,
  parseObjectKey,
} from '../../core/model/names.ts';
import { type Dialect, dialectOf, projectOf } from './dialect.ts';
import { tokenOf } from './errors.ts';
import type { Target } from './target.ts';

export class SwiftView {
  readonly request: RequestView;
  readonly target: Target;
  readonly dialect: Dialect;
  /** `https://host:port`, how clients reach us. */
  readonly baseUrl: string;
  #settings: CoreSettings | undefined;

  constructor(request: RequestView, target: Target, baseUrl: string) {
    this.request = request;
    this.target = target;
    this.dialect = dialectOf(target.account);
    this.baseUrl = baseUrl;
  }

  /** Makes the core's limits known; done when the request is authenticated, which is before anything is parsed. */
  admit(core: Core): void {
    this.#settings = core.settings;
  }

  get settings(): CoreSettings {
    if (this.#settings === undefined) throw new Error('a request is parsed only after it is authenticated');
    return this.#settings;
  }

  /** The project whose account the path names. @throws CoreError AccessDenied, as for any account that is not the caller's */
  project(): ProjectId {
    return this.projectOf(this.target.account);
  }

  /** As `project`, of an account named elsewhere in the request. */
  projectOf(account: string): ProjectId {
    const project = projectOf(account);
    if (project !== undefined) return project;
    throw new CoreError('AccessDenied', {
      action: 'storage.buckets.list',
      resource: account.slice(0, 300),
      anonymous: tokenOf(this.request) === undefined,
      reason: 'no such account',
    });
  }

  /** A container that may exist. @throws CoreError NoSuchBucket */
  container(name = this.target.container): BucketName {
    try {
      return parseBucketName(name, this.settings.names);
    } catch (error) {
      if (!isCoreError(error, 'InvalidBucketName')) throw error;
      throw new CoreError('NoSuchBucket', { bucket: error.details.bucket }, error);
    }
  }

  /** A container to be made. @throws CoreError InvalidBucketName */
  newContainer(): BucketName {
    return parseBucketName(this.target.container, this.settings.names);
  }

  /** An object that may exist. @throws CoreError NoSuchKey, InvalidKey */
  object(name = this.target.object): ObjectKey {
    try {
      return parseObjectKey(name, this.settings.names);
    } catch (error) {
      if (!isCoreError(error, 'KeyTooLong')) throw error;
      throw new CoreError('NoSuchKey', { bucket: this.target.container, key: name.slice(0, 300) }, error);
    }
  }

  /** An object to be written. @throws CoreError KeyTooLong, InvalidKey */
  newObject(name = this.target.object): ObjectKey {
    return parseObjectKey(name, this.settings.names);
  }

  /** A header that Swift reads as a yes: `true`, `1`, `yes`, `on`, `t`, `y` in any case. */
  saysYes(header: string): boolean {
    return isYes(this.request.header(header));
  }
}

export function isYes(value: string | undefined): boolean {
  return value !== undefined && /^(?:true|1|yes|on|t|y)$/i.test(value.trim());
}
