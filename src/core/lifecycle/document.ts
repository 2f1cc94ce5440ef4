/** Owns the lifecycle document of a bucket: one for every door, read and replaced whole. What it makes happen is `run.ts`. */
import type { Actor } from '../actor.ts';
import { type BucketDocument, readDocument, updateDocument, writeDocument } from '../buckets/documents.ts';
import type { Core } from '../core.ts';
import { CoreError } from '../errors.ts';
import type { BucketName } from '../model/names.ts';
import {
  type Field,
  flag,
  list,
  number,
  optional,
  recordFormat,
  structure,
  text,
  word,
} from '../model/record-format.ts';
import {
  acceptRules,
  ageAttributes,
  type Expiration,
  type LifecycleRule,
  type LifecycleRuleInput,
} from './rules.ts';

export interface LifecycleDocument {
  /** Whose it is, for whoever comes from the document to the bucket. */
  readonly bucket: BucketName;
  /** When it was put: a run leaves documents alone that are younger than the midnight it is for. */
  readonly changedAt: number;
  readonly rules: readonly LifecycleRule[];
}

/** Days: `[0, days]`. Date: `[1, milliseconds]`. */
const expiration: Field<Expiration> = {
  toWire: (value) => (value.kind === 'days' ? [0, value.days] : [1, value.date]),
  fromWire(raw, detach) {
    if (!Array.isArray(raw)) throw new TypeError('expected an expiration');
    const value = number.fromWire(raw[1], detach);
    if (raw[0] === 0) return { kind: 'days', days: value };
    if (raw[0] !== 1) throw new TypeError('expected days or a date');
    return { kind: 'date', date: value };
  },
};

const rule = structure<LifecycleRule>({
  id: text,
  enabled: flag,
  form: word('rule', 'filter', 'and'),
  prefix: optional(text),
  largerThan: optional(number),
  smallerThan: optional(number),
  expiration: optional(expiration),
  abortAfterDays: optional(number),
  noncurrentDays: optional(number),
  newerNoncurrentVersions: optional(number),
  expiredDeleteMarker: optional(flag),
  name: optional(text),
  attribute: optional(word(...ageAttributes)),
});

export const lifecycleDocument: BucketDocument<LifecycleDocument> = {
  kind: 'lifecycle',
  format: recordFormat<LifecycleDocument>('lifecycle', 3, {
    bucket: text as Field<BucketName>,
    changedAt: number,
    rules: list(rule),
  }),
  mark: (present) => ({ hasLifecycle: present }),
  // Nobody shows a code for what rules remove.
  admit({ name, mfaDelete }) {
    if (mfaDelete !== true) return;
    throw new CoreError('InvalidBucketState', {
      bucket: name,
      reason: 'cannot have lifecycle rules while its MFA delete is on',
    });
  },
};

export interface PutLifecycleInput {
  readonly bucket: BucketName;
  readonly rules: readonly LifecycleRuleInput[];
}

/**
 * Answers the rules as kept: those with the id of one before keep the words of it that their door cannot say.
 * @throws CoreError InvalidArgument, NoSuchBucket, InvalidBucketState for a bucket whose MFA delete is on, Busy
 */
export async function putLifecycle(
  core: Core,
  _actor: Actor,
  { bucket, rules: given }: PutLifecycleInput,
): Promise<readonly LifecycleRule[]> {
  let rules = acceptRules(core.random, given);
  await updateDocument(core, bucket, lifecycleDocument, (before) => {
    const known = new Map(before?.rules.map((one) => [one.id, one]));
    rules = rules.map((one) => ({ ...labelsOf(known.get(one.id)), ...one }));
    return { bucket, changedAt: core.clock(), rules };
  });
  return rules;
}

function labelsOf({ name, attribute }: Partial<LifecycleRule> = {}): Partial<LifecycleRule> {
  return { ...(name !== undefined && { name }), ...(attribute !== undefined && { attribute }) };
}

/** Undefined when there is none. @throws CoreError NoSuchBucket */
export async function getLifecycle(
  core: Core,
  bucket: BucketName,
): Promise<readonly LifecycleRule[] | undefined> {
  return (await readDocument(core, bucket, lifecycleDocument))?.rules;
}

/** Also when there is none. From the next run on nothing happens any more. @throws CoreError NoSuchBucket, Busy */
export async function deleteLifecycle(core: Core, _actor: Actor, bucket: BucketName): Promise<void> {
  await writeDocument(core, bucket, lifecycleDocument, undefined);
}
