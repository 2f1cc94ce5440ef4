/**
 * Owns the meeting of a call and its event: every commit that the call makes carries the event's record, under one key that is
 * fixed for the call, so that a mutation that lasts has its event and a call has exactly one.
 */
import { newId } from '../../base/clock.ts';
import type { Key } from '../../engines/meta/meta-store.ts';
import type { Actor } from '../actor.ts';
import type { CoreParts } from '../core-parts.ts';
import type { BucketRecord, ObjectReads } from '../model/bucket-records.ts';
import type { BucketName } from '../model/names.ts';
import { type EventResource, type EventUser, eventFormat, positionOf, type TrailEvent } from './event.ts';
import { freshKey } from './keys.ts';
import { redactQuery } from './redact.ts';
import { WitnessedStore } from './witnessed-store.ts';

/** What is known of a call from its beginning. Texts as they came; they are redacted and cut here. */
export interface CallFacts {
  readonly id: string;
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly address: string;
  readonly agent: string | undefined;
}

/** What tells whether a call that changed nothing is recorded. */
export interface EndedCall {
  readonly operation: string;
  readonly status: number;
  /** Of the bucket it was about, where that says something. */
  readonly objectReads: ObjectReads | undefined;
}

const longestPath = 2048;
const longestAgent = 256;
const longestName = 1024;

/** How each operation ended when it last succeeded: what its next success is taken to be before it is known. */
const usualStatus = new Map<string, number>();
/** Before the first of them, by door and method. What is wrong here is corrected when the call has ended. */
const likelyStatus: Readonly<Record<string, number>> = {
  's3 DELETE': 204,
  'swift PUT': 201,
  'swift POST': 202,
  'swift DELETE': 204,
  'swift COPY': 201,
  'iam POST': 201,
  'iam PUT': 204,
  'iam DELETE': 204,
  'ext DELETE': 204,
  'trail DELETE': 204,
};

export class Witness {
  readonly #core: CoreParts;
  readonly #facts: CallFacts;
  #operation = 'Unknown';
  #resource: EventResource | undefined;
  #bucket: BucketRecord | undefined;
  /** The buckets met on the way, names to ids; one map for a call and its parts. */
  #met = new Map<BucketName, string>();
  #actor: Actor | undefined;
  #user: EventUser | undefined;
  #time: number | undefined;
  /** How it ends if it succeeds, where that is known beforehand. */
  #status: number | undefined;
  /** As in the last commit that was carried out. */
  #committed: Buffer | undefined;
  /** What the last draft took the status to be, while nothing else has become known since. */
  #drafted: number | undefined;

  constructor(core: CoreParts, facts: CallFacts) {
    this.#core = core;
    this.#facts = facts;
  }

  /** The core whose commits carry the event. */
  get core(): CoreParts & { readonly witness: Witness } {
    return { ...this.#core, meta: new WitnessedStore(this.#core.meta, this), witness: this };
  }

  /**
   * The witness of one of the things that a call does in one go: each is an event of its own, by the same caller, that lasts with
   * the commit it is about. `status`: what a call for this thing alone is answered with.
   */
  part(operation: string, resource: EventResource, status: number): Witness {
    const part = new Witness(this.#core, { ...this.#facts, id: newId(this.#core.random) });
    part.callIs(operation, resource);
    part.#actor = this.#actor;
    part.#status = status;
    part.#met = this.#met;
    return part;
  }

  callIs(operation: string, resource: EventResource | undefined): void {
    this.#operation = operation;
    this.#resource = resource;
  }

  /** A better knowledge of what the call is about than its address gave. */
  concerns(resource: EventResource): void {
    this.#resource = { ...this.#resource, ...resource };
    this.#drafted = undefined;
  }

  callerIs(actor: Actor): void {
    this.#actor = actor;
  }

  /** Who a caller without a proof of its own turned out to be: whoever asks for a token. */
  identified(user: EventUser): void {
    this.#user = user;
    this.#drafted = undefined;
  }

  /**
   * A bucket met on the way; the one the call is about lends it its id and project. Answers whether it is the bucket that the call has
   * met under this name before, if it has met one: names go to others once their bucket is deleted.
   */
  saw(bucket: BucketRecord): boolean {
    const met = this.#met.get(bucket.name);
    if (met !== undefined && met !== bucket.id) return false;
    if (met === undefined) this.#met.set(bucket.name, bucket.id);
    const { type, name, bucket: of } = this.#resource ?? {};
    const isItself = type === 'Bucket' ? bucket.name === name : type === 'Object' && bucket.name === of;
    if (isItself && bucket.id !== this.#bucket?.id) {
      this.#bucket = bucket;
      this.#drafted = undefined;
    }
    return true;
  }

  /** The event's entry for a commit, as it is to be should the call succeed. */
  draft(): readonly [Key, Buffer] {
    const { api, method } = this.#facts;
    const status =
      this.#status ?? usualStatus.get(this.#operationId) ?? likelyStatus[`${api} ${method}`] ?? 200;
    const event = this.#event(status, undefined);
    this.#drafted = status;
    return [freshKey(positionOf(event)), eventFormat.encode(event)];
  }

  committed(value: Buffer): void {
    this.#committed = value;
  }

  /**
   * The entry that is still to be written when the call has ended: none when a commit carried the very same, or when nothing was
   * committed and `wanted` says no.
   */
  finish(
    status: number,
    error: string | undefined,
    wanted: (call: EndedCall) => boolean,
  ): readonly [Key, Buffer] | undefined {
    if (error === undefined) usualStatus.set(this.#operationId, status);
    if (this.#committed === undefined) {
      const objectReads = this.#bucket?.objectReads;
      if (!wanted({ operation: this.#operation, status, objectReads })) return undefined;
    }
    if (this.#committed !== undefined && error === undefined && status === this.#drafted) return undefined;
    const event = this.#event(status, error);
    const value = eventFormat.encode(event);
    if (this.#committed?.equals(value)) return undefined;
    return [freshKey(positionOf(event)), value];
  }

  get #operationId(): string {
    return `${this.#facts.api} ${this.#operation}`;
  }

  #event(status: number, error: string | undefined): TrailEvent {
    this.#time ??= this.#core.clock();
    const { id, api, method, path, rawQuery, address, agent } = this.#facts;
    return {
      id,
      time: this.#time,
      api,
      name: this.#operation,
      resource: this.#whole(this.#resource),
      user: this.#user ?? userOf(this.#actor),
      address: this.#actor?.address || address,
      agent: agent?.slice(0, longestAgent),
      method,
      path: path.slice(0, longestPath),
      query: redactQuery(rawQuery),
      status,
      error,
    };
  }

  #whole(resource: EventResource | undefined): EventResource | undefined {
    if (resource === undefined) return undefined;
    const bucket = this.#bucket;
    return {
      ...resource,
      name: resource.name?.slice(0, longestName),
      id: resource.id ?? (resource.type === 'Bucket' ? bucket?.id : undefined),
      project: bucket?.projectId ?? resource.project,
    };
  }
}

function userOf(actor: Actor | undefined): EventUser | undefined {
  if (actor?.kind !== 'user') return undefined;
  return {
    id: actor.userId,
    name: actor.userName,
    type: actor.userKind,
    domain: actor.domainId,
    project: actor.projectId,
    proof: actor.proof.kind,
    proofId: actor.proof.id,
  };
}
