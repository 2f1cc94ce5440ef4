/**
 * Owns what an operation sees of a request: the request itself, what its path names, the dialect, and the names as the core's
 * types. A name that nothing can have is answered as absent, except where something would be created under it.
 */
import type { RequestView } from '../../base/http/request-view.ts';
import type { Actor } from '../../core/actor.ts';
import type { Core } from '../../core/core.ts';
import type { CoreSettings } from '../../core/core-parts.ts';
import { CoreError, isCoreError } from '../../core/errors.ts';
import {
  type BucketName,
  defaultNameLimits,
  type NameLimits,
  type ObjectKey,
  type ProjectId,
  parseBucketName,
  parseObjectKey,
} from '../../core/model/names.ts';
import { type Dialect, dialectOf, projectOf } from './dialect.ts';
import type { Target } from './target.ts';

export class SwiftView {
  readonly request: RequestView;
  readonly target: Target;
  readonly dialect: Dialect;
  /** `https://host:port`, how clients reach us. */
  readonly baseUrl: string;
  #admitted: { readonly settings: CoreSettings; readonly actor: Actor } | undefined;

  constructor(request: RequestView, target: Target, baseUrl: string) {
    this.request = request;
    this.target = target;
    this.dialect = dialectOf(target.account);
    this.baseUrl = baseUrl;
  }

  /** Makes known who asks and what the core's limits are: when the request is authenticated, before it is parsed. */
  admit(core: Core, actor: Actor): void {
    this.#admitted = { settings: core.settings, actor };
  }

  get #asked() {
    if (this.#admitted === undefined) throw new Error('a request is parsed only after it is authenticated');
    return this.#admitted;
  }

  get settings(): CoreSettings {
    return this.#asked.settings;
  }

  /** The project whose account the path names. @throws CoreError AccessDenied, as for any account that is not the caller's */
  project(): ProjectId {
    return this.projectOf(this.target.account);
  }

  /** As `project`, of an account named elsewhere in the request. */
  projectOf(account: string): ProjectId {
    const project = projectOf(account);
    if (project === undefined) throw this.#denied(account, 'no such account');
    return project;
  }

  /** A container that may exist. @throws CoreError NoSuchBucket, or AccessDenied for who is not of the project */
  container(name = this.target.container): BucketName {
    try {
      return this.#named(name, defaultNameLimits);
    } catch (error) {
      if (!isCoreError(error, 'InvalidBucketName')) throw error;
      throw new CoreError('NoSuchBucket', { bucket: error.details.bucket }, error);
    }
  }

  /** A container to be made. @throws CoreError InvalidBucketName, or AccessDenied for who is not of the project */
  newContainer(name = this.target.container): BucketName {
    return this.#named(name, this.settings.names);
  }

  #named(name: string, limits: NameLimits): BucketName {
    try {
      return parseBucketName(name, limits);
    } catch (error) {
      const { actor } = this.#asked;
      const insider = actor.kind === 'user' && actor.projectId === this.project();
      throw insider ? error : this.#denied(name, 'no such name, in a project that is not the caller’s');
    }
  }

  #denied(resource: string, reason: string): CoreError {
    return new CoreError('AccessDenied', {
      action: 'storage.buckets.get',
      resource: resource.slice(0, 300),
      anonymous: this.#asked.actor.kind === 'anonymous',
      reason,
    });
  }

  /** An object that may exist. @throws CoreError NoSuchKey, InvalidKey */
  object(name = this.target.object): ObjectKey {
    try {
      return parseObjectKey(name, defaultNameLimits);
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
