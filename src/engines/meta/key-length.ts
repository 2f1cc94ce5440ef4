/**
 * Owns the one rule of keys that every engine enforces before it touches anything: their length.
 * Refuses to judge what keys mean; that is the core's.
 */
import { afterKey } from '../../base/bytes.ts';
import type { Commit, Key } from './meta-store.ts';
import { maxKeyBytes } from './meta-store.ts';

/** @throws RangeError when a key is empty or longer than `maxKeyBytes`. */
export function assertKeyLength(key: Key): void {
  if (key.length === 0 || key.length > maxKeyBytes) {
    throw new RangeError(`a key has ${key.length} bytes; allowed are 1 to ${maxKeyBytes}`);
  }
}

/** `assertKeyLength` for every key that a commit names. */
export function assertCommitKeys({ checks = [], puts = [], deletes = [], adds = [] }: Commit): void {
  for (const [key] of checks) assertKeyLength(key);
  for (const [key] of puts) assertKeyLength(key);
  for (const key of deletes) assertKeyLength(key);
  for (const [key] of adds) assertKeyLength(key);
}

/** A bound that separates the same keys as `bound` and is at most one byte longer than a key. */
export function clipBound(bound: Uint8Array): Uint8Array {
  return bound.length <= maxKeyBytes ? bound : afterKey(bound.subarray(0, maxKeyBytes));
}
