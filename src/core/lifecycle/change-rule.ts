/**
 * Owns single rules of a bucket's lifecycle document, for the door that makes, changes and removes them one by one: the document is
 * read and replaced in one checked commit, so that what others change meanwhile stays.
 */
import type { Actor } from '../actor.ts';
import { updateDocument } from '../buckets/documents.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { BucketName } from '../model/names.ts';
import { getLifecycle, lifecycleDocument } from './document.ts';
import { acceptRules, type LifecycleRule, type LifecycleRuleInput, mostRules } from './rules.ts';

export interface RuleAddress {
  readonly bucket: BucketName;
  readonly id: string;
}

/** A rule that others know by its name. */
export type NamedRuleInput = LifecycleRuleInput & { readonly name: string };

/** By its own name; by its id when another door made it. */
export function nameOfRule({ name, id }: LifecycleRule): string {
  return name ?? id;
}

/** Undefined when there is none of that id. @throws CoreError NoSuchBucket */
export async function getRule(core: Core, { bucket, id }: RuleAddress): Promise<LifecycleRule | undefined> {
  const rules = await getLifecycle(core, bucket);
  return rules?.find((one) => one.id === id);
}

/** @throws CoreError NoSuchBucket, Duplicate for the name, LimitExceeded, InvalidArgument, InvalidBucketState as `putLifecycle`, Busy */
export async function addRule(
  core: Core,
  _actor: Actor,
  { bucket, rule }: { readonly bucket: BucketName; readonly rule: NamedRuleInput },
): Promise<LifecycleRule> {
  const [added] = acceptRules(core.random, [rule]);
  if (added === undefined) throw new Error('one rule makes one');
  await updateRules(core, bucket, (rules) => {
    if (rules.length >= mostRules) {
      throw new CoreError('LimitExceeded', { what: 'lifecycle rules', limit: mostRules });
    }
    refuseTwins(rules, rule.name);
    return [...rules, added];
  });
  return added;
}

/**
 * What `change` makes of the rule, under the same id; it may throw, and is asked anew when the rule has changed meanwhile. Undefined
 * when there is none.
 * @throws CoreError NoSuchBucket, Duplicate for the name, InvalidArgument, Busy
 */
export async function changeRule(
  core: Core,
  _actor: Actor,
  { bucket, id, change }: RuleAddress & { readonly change: (rule: LifecycleRule) => LifecycleRule },
): Promise<LifecycleRule | undefined> {
  let changed: LifecycleRule | undefined;
  await updateRules(core, bucket, (rules) => {
    const before = rules.find((one) => one.id === id);
    changed = undefined;
    if (before === undefined) return rules;
    const [after] = acceptRules(core.random, [{ ...change(before), id }]);
    if (after === undefined) throw new Error('one rule makes one');
    if (after.name !== before.name) {
      refuseTwins(
        rules.filter((one) => one !== before),
        nameOfRule(after),
      );
    }
    changed = after;
    return rules.map((one) => (one === before ? after : one));
  });
  return changed;
}

/** Whether there was one. @throws CoreError NoSuchBucket, Busy */
export async function removeRule(core: Core, _actor: Actor, { bucket, id }: RuleAddress): Promise<boolean> {
  let found = false;
  await updateRules(core, bucket, (rules) => {
    const left = rules.filter((one) => one.id !== id);
    found = left.length < rules.length;
    return found ? left : rules;
  });
  return found;
}

/** The same list changes nothing; an empty one removes the document. */
async function updateRules(
  core: Core,
  bucket: BucketName,
  change: (rules: readonly LifecycleRule[]) => readonly LifecycleRule[],
): Promise<void> {
  const none: readonly LifecycleRule[] = [];
  await updateDocument(core, bucket, lifecycleDocument, (before) => {
    const rules = before?.rules ?? none;
    const changed = change(rules);
    if (changed === rules) return before;
    return changed.length === 0 ? undefined : { bucket, changedAt: core.clock(), rules: changed };
  });
}

/** @throws CoreError Duplicate */
function refuseTwins(others: readonly LifecycleRule[], name: string): void {
  if (others.every((one) => nameOfRule(one) !== name)) return;
  throw new CoreError('Duplicate', { what: 'lifecycle rule', name });
}
