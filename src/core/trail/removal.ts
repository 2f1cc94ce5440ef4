/**
 * Owns what the trail says of calls about more than one thing. Of removals by the list or the prefix each is an event of its own, committed
 * with the removal, so that a search for the name finds it and a call that is cut off has told of exactly what it did; a move is one of each name.
 */
import type { Core } from '../core.ts';
import type { BucketName, ObjectKey } from '../model/names.ts';
import { WitnessedStore } from './witnessed-store.ts';

/** The status of a removal by a call of its own, at every door. */
const removed = 204;
/** Of a move. */
const brought = 200;

/** The core for the removal of one object among many. */
export function removingObject(core: Core, bucket: BucketName, key: ObjectKey): Core {
  return core.witness?.part('DeleteObject', { type: 'Object', name: key, bucket }, removed).core ?? core;
}

/** The core for the removal of one bucket among many things. `operation` is what the door calls it. */
export function removingBucket(core: Core, operation: string, bucket: BucketName): Core {
  return core.witness?.part(operation, { type: 'Bucket', name: bucket }, removed).core ?? core;
}

/** The core for a commit that brings an object of `key` too, beside what the call is about. `operation` is what the door calls it. */
export function bringingObject(core: Core, operation: string, bucket: BucketName, key: ObjectKey): Core {
  const part = core.witness?.part(operation, { type: 'Object', name: key, bucket }, brought);
  return part === undefined ? core : { ...core, meta: new WitnessedStore(core.meta, part) };
}
