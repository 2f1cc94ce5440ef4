/**
 * Owns finding the objects that a large object is made of, by name, as somebody who may read them: each one by itself. Refuses to
 * know how they are put together.
 */
import { may } from '../access/authorize.ts';
import type { BucketAction } from '../access/roles.ts';
import { actorForSegments } from '../access/signed-address.ts';
import type { Actor } from '../actor.ts';
import type { Core } from '../core.ts';
import { CoreError, isCoreError } from '../errors.ts';
import type { BucketRecord } from '../model/bucket-records.ts';
import {
  type BucketName,
  defaultNameLimits,
  type ObjectKey,
  type ProjectId,
  parseBucketName,
  parseObjectKey,
} from '../model/names.ts';
import type { ObjectAddress } from '../objects/object-place.ts';
import { type ReadablePlace, requireReadable } from '../versions/find.ts';

/** An object that was found, and under which name. */
export interface Segment extends ReadablePlace {
  readonly key: ObjectKey;
}

/** As a list has it, unchecked. */
export interface SegmentName {
  readonly bucket: string;
  readonly key: string;
}

export class SegmentReader {
  readonly core: Core;
  readonly #actor: Actor | undefined;
  readonly #project: ProjectId;
  readonly #whole: ObjectAddress;
  readonly #allowed = new Map<string, Promise<boolean>>();

  /** `whole`: the large object, which `actor` may read; its segments are of its bucket's project. Without an actor nothing is found. */
  constructor(core: Core, actor: Actor | undefined, bucket: BucketRecord, key: ObjectKey) {
    this.core = core;
    this.#actor = actor;
    this.#project = bucket.projectId;
    this.#whole = { bucket: bucket.name, key };
  }

  /** @throws CoreError SegmentUnusable when it is absent, or not for this reader */
  async find(name: SegmentName): Promise<Segment> {
    const found = await this.look(name, 'storage.objects.get');
    if (found === 'absent') throw unusable(name, 'is absent');
    if (found === 'denied') throw unusable(name, 'is not for this reader');
    return found;
  }

  /** The object of this name, for who may do `action` with it. */
  async look(name: SegmentName, action: BucketAction): Promise<Segment | 'absent' | 'denied'> {
    try {
      const bucket = parseBucketName(name.bucket, defaultNameLimits);
      const key = parseObjectKey(name.key, defaultNameLimits);
      if (!(await this.may(action, bucket))) return 'denied';
      const found = await requireReadable(this.core, { bucket, key });
      // The name may have gone to another project since that was asked.
      return found.bucket.record.projectId === this.#project ? { ...found, key } : 'absent';
    } catch (error) {
      if (isAbsence(error)) return 'absent';
      throw error;
    }
  }

  /** Whether the reader may do this in a bucket of the project. @throws CoreError NoSuchBucket */
  may(action: BucketAction, bucket: BucketName): Promise<boolean> {
    const asked = `${action} ${bucket}`;
    let answer = this.#allowed.get(asked);
    if (answer === undefined) {
      answer = this.#decide(action, bucket);
      this.#allowed.set(asked, answer);
    }
    return answer;
  }

  async #decide(action: BucketAction, bucket: BucketName): Promise<boolean> {
    if (this.#actor === undefined) return false;
    const project = this.#project;
    const actor = actorForSegments(this.#actor, this.#whole, bucket, action);
    // The key is that of the address; for everybody else a right is the same on all keys of a bucket.
    const key = actor === this.#actor ? {} : { key: this.#whole.key };
    return (await may(this.core, actor, { action, bucket, project, ...key })).allow;
  }
}

const absences = [
  'NoSuchBucket',
  'NoSuchKey',
  'NoSuchVersion',
  'IsDeleteMarker',
  'InvalidBucketName',
  'InvalidKey',
  'KeyTooLong',
] as const;

function isAbsence(error: unknown): boolean {
  return absences.some((code) => isCoreError(error, code));
}

export function unusable({ bucket, key }: SegmentName, reason: string): CoreError {
  return new CoreError('SegmentUnusable', { segment: `/${bucket}/${key}`, reason });
}
