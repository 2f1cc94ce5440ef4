/**
 * An account's policy as Krutrim's API is given one (reference 10.5): statements and conditions as arrays of objects, or as JSON text of one (K3).
 * Read strictly: a field that is not known is refused, because a policy that says more than is done is worse than none.
 */
import { type Static, type TSchema, Type } from 'typebox';
import { undashed } from '../../base/uuid.ts';
import {
  conditionKeys,
  conditionOperators,
  type PolicyCondition,
} from '../../core/access/policy-conditions.ts';
import type { PolicyDraft } from '../../core/identity/account-policies.ts';
import type { PolicyResource, PolicyStatement } from '../../core/identity/records.ts';
import { defaultNameLimits, parseBucketName } from '../../core/model/names.ts';
import { isObject, readShape } from '../json-body.ts';
import { KosError } from './errors.ts';
import { isOfAccount, looksLikeKrn, parseKrn, service } from './krn.ts';
import { answerObject, dateTime, maybe, oneOf } from './schemas.ts';

const texts = Type.Union([Type.String(), Type.Array(Type.String())]);
const conditionSchema = Type.Object(
  { operator: oneOf(conditionOperators), key: oneOf(conditionKeys), values: texts },
  { additionalProperties: false },
);
const statementSchema = Type.Object(
  {
    sid: maybe(Type.String()),
    effect: oneOf(['Allow', 'Deny'] as const),
    actions: texts,
    resources: texts,
    conditions: maybe(Type.Array(conditionSchema)),
  },
  { additionalProperties: false },
);

/** One object or several, as JSON or as text of it; what is inside is read by the schemas above. */
const written = (description: string) =>
  maybe(Type.Union([Type.Array(Type.Unknown()), Type.Object({}), Type.String()], { description }));

export const policyBodySchema = Type.Object({
  _id: maybe(Type.String()),
  name: maybe(Type.String({ minLength: 1, maxLength: 255 })),
  statements: written('{sid?, effect: Allow|Deny, actions, resources, conditions?}'),
  conditions: written('{operator, key, values}, for all statements'),
  accountId: maybe(Type.String()),
  policyKRN: maybe(Type.String()),
});

export const policySchema = answerObject({
  name: Type.String(),
  policyKRN: Type.String(),
  CreationDate: dateTime,
});

/** The account that a policy is of; resources are of its buckets. */
export interface PolicyAccount {
  readonly number: string;
  readonly project: string;
}

/** @throws KosError 400 */
export function policyDraft(body: Static<typeof policyBodySchema>, account: PolicyAccount): PolicyDraft {
  const { name, statements, conditions, accountId } = body;
  if (accountId != null && accountId !== account.number && undashed(accountId) !== account.project) {
    throw new KosError(400, 'accountId is not the account of the call');
  }
  return {
    ...(name != null && { name }),
    ...(statements != null && {
      statements: objectsIn('statements', statementSchema, statements).map((one) =>
        statementOf(one, account),
      ),
    }),
    ...(conditions != null && {
      conditions: objectsIn('conditions', conditionSchema, conditions).map(conditionOf),
    }),
  };
}

/** @throws KosError 400 */
function objectsIn<S extends TSchema>(what: string, schema: S, given: unknown): Static<S>[] {
  const value = unquoted(what, given);
  return (Array.isArray(value) ? value : [value]).map((one, i) => {
    const item = unquoted(what, one);
    if (!isObject(item)) throw new KosError(400, `${what}.${i} must be an object`);
    const read = readShape(schema, item);
    if (read.ok) return read.value;
    const { path, message } = read.wrong === 'shape' ? read : { path: '', message: 'has the wrong shape' };
    throw new KosError(400, `${[what, i, path].filter((part) => part !== '').join('.')} ${message}`);
  });
}

/** A text is JSON of what it stands for. @throws KosError 400 */
function unquoted(what: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new KosError(400, `${what} must be objects, or JSON text of them`);
  }
}

function statementOf(
  { sid, effect, actions, resources, conditions }: Static<typeof statementSchema>,
  account: PolicyAccount,
): PolicyStatement {
  return {
    ...(sid != null && { sid }),
    effect: effect === 'Allow' ? 'allow' : 'deny',
    actions: listOf(actions),
    resources: listOf(resources).map((text) => resourceOf(text, account)),
    conditions: (conditions ?? []).map(conditionOf),
  };
}

function conditionOf({ operator, key, values }: Static<typeof conditionSchema>): PolicyCondition {
  return { operator, key, values: listOf(values) };
}

function listOf(text: string | string[]): string[] {
  return Array.isArray(text) ? text : [text];
}

/**
 * `*`, or a bucket's KRN (whose last part may be `*`), with a pattern of keys behind a slash where only some objects are meant.
 * @throws KosError 400
 */
function resourceOf(text: string, account: PolicyAccount): PolicyResource {
  const slash = text.indexOf('/');
  const [named, keys] = slash < 0 ? [text, undefined] : [text.slice(0, slash), text.slice(slash + 1)];
  if (keys === '') throw new KosError(400, 'a resource must have a pattern of keys behind its slash');
  return { bucket: bucketNamed(named, account), ...(keys !== undefined && { keys }) };
}

function bucketNamed(named: string, account: PolicyAccount): string {
  if (named === '*') return named;
  const krn = looksLikeKrn(named) ? parseKrn(named) : undefined;
  if (krn?.service !== service || krn.type !== 'bucket') {
    throw new KosError(400, `a resource must be * or the KRN of a bucket: ${named.slice(0, 100)}`);
  }
  if (!isOfAccount(krn, account)) {
    throw new KosError(400, `a resource must be of the account: ${named.slice(0, 100)}`);
  }
  return krn.id === '*' ? krn.id : (undashed(krn.id) ?? parseBucketName(krn.id, defaultNameLimits));
}
