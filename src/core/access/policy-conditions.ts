/**
 * Owns the conditions of an account's policies: which operators go with which facts of a request, and whether one holds. A closed list; what is
 * not on it is refused when the policy is written. A fact that is not known is told from one that is not there: see `Truth`.
 */
import { isAddressPattern, matchesAddress } from '../../base/address-patterns.ts';
import { matchesGlob } from '../../base/glob.ts';

export const conditionKeys = ['sourceIp', 'currentTime', 'key', 'prefix', 'userName'] as const;
export type ConditionKey = (typeof conditionKeys)[number];

export const conditionOperators = [
  'IpAddress',
  'NotIpAddress',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
  'StringEquals',
  'StringNotEquals',
  'StringLike',
  'StringNotLike',
] as const;
export type ConditionOperator = (typeof conditionOperators)[number];

export interface PolicyCondition {
  readonly operator: ConditionOperator;
  readonly key: ConditionKey;
  readonly values: readonly string[];
}

/** Undefined: it cannot be told, as the request is about objects that are not named. Allowing then needs true, denying only not false. */
export type Truth = boolean | undefined;

/** A text, null when the request has no such fact, undefined when it cannot be told. */
export type Fact = string | null | undefined;

interface Operator {
  readonly keys: readonly ConditionKey[];
  readonly takes: (value: string) => boolean;
  /** Whether the fact agrees with one of the values. */
  readonly holds: (values: readonly string[], fact: string) => boolean;
  /** True where the fact must agree with none of them, which also holds without it. */
  readonly negated?: boolean;
}

const anyText = (value: string): boolean => value.length <= 1024;
const texts: readonly ConditionKey[] = ['key', 'prefix', 'userName'];
const addresses = { keys: ['sourceIp'], takes: isAddressPattern, holds: matchesAddress } as const;
const equals = {
  keys: texts,
  takes: anyText,
  holds: (values: readonly string[], fact: string) => values.includes(fact),
};
const like = {
  keys: texts,
  takes: anyText,
  holds: (values: readonly string[], fact: string) => values.some((value) => matchesGlob(value, fact)),
};
const date = (agrees: (now: number, value: number) => boolean): Operator => ({
  keys: ['currentTime'],
  takes: (value) =>
    /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
  holds: (values, now) => values.some((value) => agrees(Number(now), Date.parse(value))),
});

const operators: Readonly<Record<ConditionOperator, Operator>> = {
  IpAddress: addresses,
  NotIpAddress: { ...addresses, negated: true },
  DateLessThan: date((now, value) => now < value),
  DateLessThanEquals: date((now, value) => now <= value),
  DateGreaterThan: date((now, value) => now > value),
  DateGreaterThanEquals: date((now, value) => now >= value),
  StringEquals: equals,
  StringNotEquals: { ...equals, negated: true },
  StringLike: like,
  StringNotLike: { ...like, negated: true },
};

/** What is wrong with a condition; undefined when nothing is. */
export function wrongCondition({ operator, key, values }: PolicyCondition): string | undefined {
  const { keys, takes } = operators[operator];
  if (!keys.includes(key)) return `${operator} goes with ${keys.join(', ')} and not with ${key}`;
  if (values.length === 0) return `${operator} needs a value`;
  const wrong = values.find((value) => !takes(value));
  return wrong === undefined ? undefined : `${wrong.slice(0, 100)} is no value for ${operator}`;
}

export function conditionHolds({ operator, values }: PolicyCondition, fact: Fact): Truth {
  const { holds, negated = false } = operators[operator];
  if (fact === undefined) return undefined;
  if (fact === null) return negated;
  return holds(values, fact) !== negated;
}
