/**
 * Owns lifecycle rules as XML, for the doors that speak of them so: read strictly, and written in the form they were sent in. Refuses
 * by name what S3 knows and buckets here cannot do; nothing is ignored.
 */
import {
  childOf,
  childrenOf,
  element,
  expectElement,
  optionalElement,
  requiredTextOf,
  textOf,
  type Xml,
  XmlError,
  type XmlNode,
} from '../base/wire/xml.ts';
import { CoreError } from '../core/errors.ts';
import {
  type Expiration,
  type LifecycleRule,
  type LifecycleRuleInput,
  mostNewerVersions,
  mostRules,
} from '../core/lifecycle/rules.ts';

/** A thousand rules with the longest prefixes, escaped. */
export const lifecycleDocumentLimit = 8 << 20;

/** What rules can hold beside what is served. */
const unserved = ['Transition', 'NoncurrentVersionTransition'];
const ofVersions = 'NoncurrentVersionExpiration';

/** KakaoCloud's documents know nothing of versions, and write a day with its milliseconds alone. */
export type LifecycleDialect = 'kakaocloud' | 's3';

const dateForms: Readonly<Record<LifecycleDialect, RegExp>> = {
  kakaocloud: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  s3: /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))?$/,
};

/** @throws XmlError; CoreError NotImplemented, InvalidArgument */
export function readLifecycle(
  root: XmlNode | undefined,
  dialect: LifecycleDialect,
): readonly LifecycleRuleInput[] {
  if (root === undefined) throw new XmlError('the document is missing');
  const rules = childrenOf(expectElement(root, 'LifecycleConfiguration', ['Rule']), 'Rule');
  if (rules.length === 0 || rules.length > mostRules) throw new XmlError(`1 to ${mostRules} rules`);
  return rules.map((node) => readRule(node, dialect));
}

function readRule(node: XmlNode, dialect: LifecycleDialect): LifecycleRuleInput {
  expectElement(node, 'Rule', [
    'ID',
    'Prefix',
    'Filter',
    'Status',
    'Expiration',
    'AbortIncompleteMultipartUpload',
    ofVersions,
    ...unserved,
  ]);
  refuseUnserved(node, dialect === 's3' ? unserved : [...unserved, ofVersions]);
  const id = textOf(node, 'ID');
  const abortAfterDays = readAbort(childOf(node, 'AbortIncompleteMultipartUpload'));
  return {
    // An empty element is as good as none (S3 API reference, LifecycleRule).
    ...(id !== undefined && id !== '' && { id }),
    enabled: readStatus(requiredTextOf(node, 'Status')),
    ...readScope(node),
    ...readExpiration(childOf(node, 'Expiration'), dialect),
    ...readNoncurrent(childOf(node, ofVersions)),
    ...(abortAfterDays !== undefined && { abortAfterDays }),
  };
}

function refuseUnserved(node: XmlNode, names: readonly string[]): void {
  const found = node.children.find(({ name }) => names.includes(name));
  if (found !== undefined)
    throw new CoreError('NotImplemented', { what: `${found.name} in a lifecycle rule` });
}

function readStatus(text: string): boolean {
  const status = text.trim();
  if (status !== 'Enabled' && status !== 'Disabled') throw new XmlError('Status must be Enabled or Disabled');
  return status === 'Enabled';
}

type Scope = Pick<LifecycleRuleInput, 'form' | 'prefix' | 'largerThan' | 'smallerThan'>;

const conditions = ['Prefix', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan'];

/** A rule that says nothing about its objects is refused: taken for all of them it might do what nobody meant. */
function readScope(node: XmlNode): Scope {
  const prefix = textOf(node, 'Prefix');
  const filter = childOf(node, 'Filter');
  if (prefix !== undefined && filter !== undefined)
    throw new XmlError('Prefix and Filter exclude each other');
  if (prefix !== undefined) return { form: 'rule', prefix };
  if (filter === undefined) throw new XmlError('Prefix or Filter is missing');
  const and = childOf(filter, 'And');
  if (and === undefined) return { form: 'filter', ...readConditions(filter, 'Filter', [0, 1]) };
  expectElement(filter, 'Filter', ['And', 'Tag']);
  if (filter.children.length > 1) throw new XmlError('And must stand alone in Filter');
  return { form: 'and', ...readConditions(and, 'And', [2, conditions.length]) };
}

function readConditions(
  node: XmlNode,
  name: string,
  [least, most]: readonly [number, number],
): Omit<Scope, 'form'> {
  expectElement(node, name, [...conditions, 'Tag']);
  refuseUnserved(node, ['Tag']);
  if (node.children.length < least || node.children.length > most) {
    throw new XmlError(`${name} must have ${least} to ${most} conditions`);
  }
  const prefix = textOf(node, 'Prefix');
  const largerThan = readNumber(node, 'ObjectSizeGreaterThan');
  const smallerThan = readNumber(node, 'ObjectSizeLessThan');
  return {
    ...(prefix !== undefined && { prefix }),
    ...(largerThan !== undefined && { largerThan }),
    ...(smallerThan !== undefined && { smallerThan }),
  };
}

type WhenObjectsGo = Pick<LifecycleRuleInput, 'expiration' | 'expiredDeleteMarker'>;

/** May have both days or a date and ExpiredObjectDeleteMarker: which rules may is for the door. */
function readExpiration(node: XmlNode | undefined, dialect: LifecycleDialect): WhenObjectsGo {
  if (node === undefined) return {};
  expectElement(node, 'Expiration', ['Days', 'Date', 'ExpiredObjectDeleteMarker']);
  if (dialect !== 's3') refuseUnserved(node, ['ExpiredObjectDeleteMarker']);
  const days = readNumber(node, 'Days');
  const date = textOf(node, 'Date');
  const marker = readFlag(node, 'ExpiredObjectDeleteMarker');
  const said = [days, date].filter((time) => time !== undefined).length;
  if (said > 1 || (said === 0 && marker === undefined)) {
    throw new XmlError('Expiration must have either Days or Date, or ExpiredObjectDeleteMarker');
  }
  const expiration: Expiration | undefined =
    date !== undefined
      ? { kind: 'date', date: readDate(date, dialect) }
      : days !== undefined
        ? { kind: 'days', days }
        : undefined;
  return {
    ...(expiration !== undefined && { expiration }),
    ...(marker !== undefined && { expiredDeleteMarker: marker }),
  };
}

function readFlag(node: XmlNode, name: string): boolean | undefined {
  const text = textOf(node, name)?.trim().toLowerCase();
  if (text !== undefined && text !== 'true' && text !== 'false')
    throw new XmlError(`${name} is true or false`);
  return text === undefined ? undefined : text === 'true';
}

function readNoncurrent(
  node: XmlNode | undefined,
): Pick<LifecycleRuleInput, 'noncurrentDays' | 'newerNoncurrentVersions'> {
  if (node === undefined) return {};
  expectElement(node, ofVersions, ['NoncurrentDays', 'NewerNoncurrentVersions']);
  const noncurrentDays = readNumber(node, 'NoncurrentDays');
  const newerNoncurrentVersions = readNumber(node, 'NewerNoncurrentVersions');
  if (noncurrentDays === undefined) throw new XmlError('NoncurrentDays is missing');
  if (newerNoncurrentVersions === 0) {
    const reason = `must be from 1 to ${mostNewerVersions}`;
    throw new CoreError('InvalidArgument', { what: 'NewerNoncurrentVersions', reason });
  }
  return { noncurrentDays, ...(newerNoncurrentVersions !== undefined && { newerNoncurrentVersions }) };
}

function readAbort(node: XmlNode | undefined): number | undefined {
  if (node === undefined) return undefined;
  expectElement(node, 'AbortIncompleteMultipartUpload', ['DaysAfterInitiation']);
  const days = readNumber(node, 'DaysAfterInitiation');
  if (days === undefined) throw new XmlError('DaysAfterInitiation is missing');
  return days;
}

/** Whole numbers; which of them are allowed is for core. */
function readNumber(node: XmlNode, name: string): number | undefined {
  const text = textOf(node, name)?.trim();
  if (text === undefined) return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text)) throw new XmlError(`${name} must be a whole number`);
  return Number(text);
}

/** What four digits of a year can write. */
const firstDay = Date.parse('0000-01-01T00:00:00.000Z');
const lastDay = Date.parse('9999-12-31T00:00:00.000Z');

/** Milliseconds since the epoch; whether it is a midnight is for core. */
function readDate(text: string, form: LifecycleDialect): number {
  const date = text.trim();
  const time = dateForms[form].test(date) ? Date.parse(date) : Number.NaN;
  // The 30th of February would be taken for the 2nd of March.
  const day = Date.parse(`${date.slice(0, 10)}T00:00:00Z`);
  const real = !Number.isNaN(day) && new Date(day).toISOString().startsWith(date.slice(0, 10));
  // Hour 24 is the next day, and a zone can lead past the last year that four digits write.
  const hour = Number(date.slice(11, 13));
  if (Number.isNaN(time) || !real || hour > 23 || time > lastDay || time < firstDay)
    throw new XmlError('Date must be a day like 2026-12-01T00:00:00.000Z');
  return time;
}

/** The `Rule` elements. */
export function lifecycleElements(rules: readonly LifecycleRule[]): readonly Xml[] {
  return rules.map((rule) =>
    element('Rule', [
      element('ID', rule.id),
      expirationElement(rule),
      ...scopeElements(rule),
      element('Status', rule.enabled ? 'Enabled' : 'Disabled'),
      noncurrentElement(rule),
      rule.abortAfterDays === undefined
        ? undefined
        : element('AbortIncompleteMultipartUpload', [element('DaysAfterInitiation', rule.abortAfterDays)]),
    ]),
  );
}

/** Other doors may say both at once. */
function expirationElement({ expiration, expiredDeleteMarker }: LifecycleRule): Xml | undefined {
  if (expiration === undefined && expiredDeleteMarker === undefined) return undefined;
  return element('Expiration', [
    expiration?.kind === 'days' ? element('Days', expiration.days) : undefined,
    expiration?.kind === 'date' ? element('Date', new Date(expiration.date).toISOString()) : undefined,
    optionalElement('ExpiredObjectDeleteMarker', expiredDeleteMarker),
  ]);
}

function noncurrentElement({ noncurrentDays, newerNoncurrentVersions }: LifecycleRule): Xml | undefined {
  if (noncurrentDays === undefined) return undefined;
  return element(ofVersions, [
    element('NoncurrentDays', noncurrentDays),
    // Another door may say 0, which is as good as nothing.
    optionalElement('NewerNoncurrentVersions', newerNoncurrentVersions || undefined),
  ]);
}

function scopeElements({
  form,
  prefix,
  largerThan,
  smallerThan,
}: LifecycleRule): readonly (Xml | undefined)[] {
  const said = [
    optionalElement('Prefix', prefix),
    optionalElement('ObjectSizeGreaterThan', largerThan),
    optionalElement('ObjectSizeLessThan', smallerThan),
  ];
  if (form === 'rule') return said;
  return [element('Filter', form === 'and' ? [element('And', said)] : said)];
}
