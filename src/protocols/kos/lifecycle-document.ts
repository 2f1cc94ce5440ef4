/**
 * A lifecycle rule as Krutrim's API reads and prints it (reference 10.4). What it has no field for (prefix, sizes, a date) is shown under
 * `s3_only` and stays through every change made here.
 */
import { type Static, Type } from 'typebox';
import { checkName } from '../../core/identity/identity-names.ts';
import { type NamedRuleInput, nameOfRule } from '../../core/lifecycle/change-rule.ts';
import {
  type AgeAttribute,
  ageAttributes,
  type LifecycleRule,
  mostDays,
  mostNewerVersions,
} from '../../core/lifecycle/rules.ts';
import { KosError } from './errors.ts';
import { type AccountBucket, bucketOf, type KosView } from './request.ts';
import { answerObject, dateTime, kosTime, maybe, oneOf } from './schemas.ts';

const days = Type.Integer({ minimum: 1, maximum: mostDays });
const newerVersions = Type.Integer({ minimum: 0, maximum: mostNewerVersions });
const ruleName = Type.String({ minLength: 1, maxLength: 255 });

const wishes = {
  enabled: maybe(Type.Boolean({ description: 'null: true' })),
  expiration_days: maybe(days),
  noncurrent_days: maybe(days),
  newer_noncurrent_versions: maybe(newerVersions),
  delete_incomplete_mpu: maybe(days),
  expired_obj_delete_marker: maybe(Type.Boolean()),
  attribute: maybe(Type.String({ description: `${ageAttributes.join(' or ')}, in any case; null: M_TIME` })),
};

export const newRuleSchema = Type.Object({ name: ruleName, ...wishes });
export const ruleChangeSchema = Type.Object({ name: Type.Optional(ruleName), ...wishes });

const orNull = <S extends Parameters<typeof maybe>[0]>(schema: S) => Type.Union([schema, Type.Null()]);

export const ruleSchema = answerObject({
  id: Type.String({ description: 'its ID in S3' }),
  name: Type.String({ description: 'the id, of rules made by other doors' }),
  status: oneOf(['Enabled', 'Disabled']),
  enabled: Type.Boolean(),
  expiration_days: orNull(days),
  noncurrent_days: orNull(days),
  newer_noncurrent_versions: orNull(newerVersions),
  delete_incomplete_mpu: orNull(days),
  expired_obj_delete_marker: orNull(Type.Boolean()),
  attribute: oneOf(ageAttributes),
  s3_only: Type.Optional(
    answerObject({
      prefix: Type.Optional(Type.String()),
      object_size_greater_than: Type.Optional(Type.Integer({ description: 'bytes' })),
      object_size_less_than: Type.Optional(Type.Integer({ description: 'bytes' })),
      expiration_date: Type.Optional(dateTime),
    }),
  ),
});

type Wish = Static<typeof ruleChangeSchema>;

export interface RuleOfBucket extends AccountBucket {
  readonly id: string;
}

export function ruleOf(view: KosView): RuleOfBucket {
  return { ...bucketOf(view), id: view.segments.ruleId ?? '' };
}

export function noSuchRule(): KosError {
  return new KosError(404, 'there is no such lifecycle rule of the bucket', {
    code: 'LifecycleRuleNotFound',
  });
}

/** @throws KosError 400, CoreError InvalidArgument for a name that is none */
export function newRule(body: Static<typeof newRuleSchema>): NamedRuleInput {
  return { ...wished({ enabled: true, form: 'filter' }, body), name: body.name };
}

/** Absent fields stay, null clears. @throws KosError 400 for a rule that would be none, CoreError InvalidArgument for a name that is none */
export function changedRule(rule: LifecycleRule, body: Wish): LifecycleRule {
  return { ...wished(rule, body), id: rule.id };
}

type Unnamed = Omit<LifecycleRule, 'id'>;

function wished(rule: Unnamed, body: Wish): Unnamed {
  const { form, prefix, largerThan, smallerThan } = rule;
  if (body.name !== undefined) checkName('name', body.name);
  const attribute = body.attribute == null ? body.attribute : readAttribute(body.attribute);
  const changed = present({
    prefix,
    largerThan,
    smallerThan,
    expiration: expirationAfter(rule.expiration, body.expiration_days),
    abortAfterDays: after(rule.abortAfterDays, body.delete_incomplete_mpu),
    noncurrentDays: after(rule.noncurrentDays, body.noncurrent_days),
    newerNoncurrentVersions: after(rule.newerNoncurrentVersions, body.newer_noncurrent_versions),
    expiredDeleteMarker: after(rule.expiredDeleteMarker, body.expired_obj_delete_marker),
    name: body.name ?? rule.name,
    attribute: after(rule.attribute, attribute),
  });
  checkActions(changed);
  return { form, enabled: after(rule.enabled, body.enabled) ?? true, ...changed };
}

/** Null takes away what can be seen as `expiration_days`; only other days take the place of a date. */
function expirationAfter(
  before: LifecycleRule['expiration'],
  asked: number | null | undefined,
): LifecycleRule['expiration'] {
  if (asked != null) return { kind: 'days', days: asked };
  return asked === null && before?.kind === 'days' ? undefined : before;
}

function after<T>(before: T | undefined, asked: T | null | undefined): T | undefined {
  return asked === undefined ? before : (asked ?? undefined);
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

function readAttribute(text: string): AgeAttribute {
  const found = ageAttributes.find((one) => one === text.toUpperCase());
  if (found === undefined) throw new KosError(400, `attribute must be ${ageAttributes.join(' or ')}`);
  return found;
}

/** In the words of this API; the core knows the same in those of S3. */
function checkActions(rule: Partial<LifecycleRule>): void {
  const {
    expiration,
    abortAfterDays,
    noncurrentDays,
    newerNoncurrentVersions: newer,
    expiredDeleteMarker,
  } = rule;
  if (
    ![expiration, abortAfterDays, noncurrentDays].some((one) => one !== undefined) &&
    expiredDeleteMarker !== true
  ) {
    throw new KosError(
      400,
      'a rule must have expiration_days, noncurrent_days, delete_incomplete_mpu or expired_obj_delete_marker',
    );
  }
  if (newer !== undefined && newer > 0 && noncurrentDays === undefined) {
    throw new KosError(400, 'newer_noncurrent_versions needs noncurrent_days beside it');
  }
}

export function ruleDocument(rule: LifecycleRule): Static<typeof ruleSchema> {
  const { expiration, prefix = '', largerThan, smallerThan } = rule;
  const other = present({
    prefix: prefix === '' ? undefined : prefix,
    object_size_greater_than: largerThan,
    object_size_less_than: smallerThan,
    expiration_date: expiration?.kind === 'date' ? kosTime(expiration.date) : undefined,
  });
  return {
    id: rule.id,
    name: nameOfRule(rule),
    status: rule.enabled ? 'Enabled' : 'Disabled',
    enabled: rule.enabled,
    expiration_days: expiration?.kind === 'days' ? expiration.days : null,
    noncurrent_days: rule.noncurrentDays ?? null,
    newer_noncurrent_versions: rule.newerNoncurrentVersions ?? null,
    delete_incomplete_mpu: rule.abortAfterDays ?? null,
    expired_obj_delete_marker: rule.expiredDeleteMarker ?? null,
    attribute: rule.attribute ?? 'M_TIME',
    ...(Object.keys(other).length > 0 && { s3_only: other }),
  };
}
