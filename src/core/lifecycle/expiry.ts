/** Owns telling, with an object, when a rule of its bucket makes it go. Rules are decoded once for each version of their document. */
import { byteName } from '../../base/bytes.ts';
import type { Entry, MetaStore, Version } from '../../engines/meta/meta-store.ts';
import type { Core } from '../core.ts';
import type { ObjectKey } from '../model/names.ts';
import type { ObjectRecord } from '../model/object-records.ts';
import { sharedStore } from '../trail/witnessed-store.ts';
import { lifecycleDocument } from './document.ts';
import { type Expiry, expiryOf, type LifecycleRule } from './rules.ts';

interface Known {
  readonly version: Version;
  readonly rules: readonly LifecycleRule[];
}

/** By the documents' keys. */
const remembered = new WeakMap<MetaStore, Map<string, Known>>();
const mostRemembered = 1000;

/** The expiry in `document`, as a property to add: nothing when there is no document, or no rule covers the object. */
export function expiryIn(
  core: Core,
  document: Entry | undefined,
  key: ObjectKey,
  { size, modifiedAt }: Pick<ObjectRecord, 'size' | 'modifiedAt'>,
): { readonly expiry?: Expiry } {
  if (document === undefined) return {};
  const rules = rulesOf(core, document);
  const expiry = expiryOf(rules, { key, size, modifiedAt }, core.settings.lifecycleDay);
  return expiry === undefined ? {} : { expiry };
}

function rulesOf({ meta }: Core, { key, value, version }: Entry): readonly LifecycleRule[] {
  const store = sharedStore(meta);
  let memory = remembered.get(store);
  if (memory === undefined) {
    memory = new Map();
    remembered.set(store, memory);
  }
  const name = byteName(key);
  const known = memory.get(name);
  if (known?.version === version) return known.rules;
  const { rules } = lifecycleDocument.format.decode(value);
  if (memory.size >= mostRemembered) memory.clear();
  memory.set(name, { version, rules });
  return rules;
}
