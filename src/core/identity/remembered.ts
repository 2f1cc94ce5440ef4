/**
 * Values derived from records, kept until one of the records is written again: recalling one costs a single read of their
 * versions and no decoding. Nothing is ever served that the store does not hold at that moment.
 */
import type { Entry, Key, MetaStore, Version } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import { sharedStore } from '../trail/witnessed-store.ts';

interface Memory<T> {
  readonly keys: readonly Key[];
  readonly versions: readonly (Version | undefined)[];
  readonly value: T;
}

/** A value and the entries it follows from, read at one moment. */
export interface Derivation<T> {
  readonly keys: readonly Key[];
  readonly entries: readonly (Entry | undefined)[];
  readonly value: T;
}

export type Recall<T> = (
  core: Core,
  name: string,
  derive: () => Promise<Derivation<T> | undefined>,
) => Promise<T | undefined>;

/**
 * A memory of at most `most` values for each store, by name. What derives to undefined is not kept, so that names made up by
 * strangers take no room.
 */
export function rememberUpTo<T>(most: number): Recall<T> {
  const memories = new WeakMap<MetaStore, Map<string, Memory<T>>>();
  return async (core, name, derive) => {
    const store = sharedStore(core.meta);
    let memory = memories.get(store);
    if (memory === undefined) {
      memory = new Map();
      memories.set(store, memory);
    }
    const known = memory.get(name);
    if (known !== undefined) {
      const entries = await core.meta.get(known.keys);
      if (entries.every((entry, i) => entry?.version === known.versions[i])) return known.value;
      memory.delete(name);
    }
    const derived = await derive();
    if (derived === undefined) return undefined;
    if (memory.size >= most) memory.clear();
    const { keys, entries, value } = derived;
    memory.set(name, { keys, versions: entries.map((entry) => entry?.version), value });
    return value;
  };
}
