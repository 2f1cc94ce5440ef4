/** Owns the document of CORS rules, read and written (S3 API reference, CORSConfiguration). */
import {
  childrenOf,
  element,
  expectElement,
  optionalElement,
  textOf,
  type Xml,
  XmlError,
  type XmlNode,
} from '../../../base/wire/xml.ts';
import { type CorsMethod, type CorsRule, corsMethods } from '../../../core/buckets/cors.ts';
import { s3Error } from '../errors.ts';
import { required } from './read-document.ts';

const mostRules = 100;
const longestText = 255;

/** @throws XmlError; S3Error InvalidRequest for a method or pattern that no rule can have */
export function readCorsConfiguration(document: XmlNode | undefined): readonly CorsRule[] {
  const root = expectElement(required(document), 'CORSConfiguration', ['CORSRule']);
  const rules = childrenOf(root, 'CORSRule');
  if (rules.length === 0 || rules.length > mostRules) throw new XmlError(`1 to ${mostRules} rules`);
  return rules.map(readRule);
}

function readRule(node: XmlNode): CorsRule {
  expectElement(node, 'CORSRule', [
    'ID',
    'AllowedHeader',
    'AllowedMethod',
    'AllowedOrigin',
    'ExposeHeader',
    'MaxAgeSeconds',
  ]);
  const id = textOf(node, 'ID');
  if (id !== undefined && id.length > longestText) throw new XmlError(`ID is longer than ${longestText}`);
  const maxAge = textOf(node, 'MaxAgeSeconds')?.trim();
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) throw new XmlError('MaxAgeSeconds is no number');
  const origins = textsOf(node, 'AllowedOrigin');
  const methods = textsOf(node, 'AllowedMethod').map(methodOf);
  if (origins.length === 0 || methods.length === 0)
    throw new XmlError('AllowedOrigin and AllowedMethod are needed');
  const headers = textsOf(node, 'AllowedHeader');
  refuseTwoWildcards('AllowedOrigin', origins);
  refuseTwoWildcards('AllowedHeader', headers);
  return {
    ...(id !== undefined && { id }),
    origins,
    methods,
    headers,
    expose: textsOf(node, 'ExposeHeader'),
    ...(maxAge !== undefined && { maxAge: Number(maxAge) }),
  };
}

/** Values that become parts of headers: printable ASCII without blanks. */
function textsOf(node: XmlNode, name: string): readonly string[] {
  return childrenOf(node, name).map(({ text, children }) => {
    const value = text.trim();
    const usable = /^[\x21-\x7e]{1,255}$/.test(value) && children.length === 0;
    if (!usable) throw new XmlError(`${name} is empty or holds what it cannot`);
    return value;
  });
}

function methodOf(text: string): CorsMethod {
  const method = corsMethods.find((one) => one === text);
  if (method !== undefined) return method;
  throw s3Error(
    'InvalidRequest',
    `Found unsupported HTTP method in CORS config. Unsupported method is ${text.slice(0, 50)}`,
  );
}

function refuseTwoWildcards(name: string, patterns: readonly string[]): void {
  const wrong = patterns.find((pattern) => pattern.split('*').length > 2);
  if (wrong !== undefined) {
    throw s3Error('InvalidRequest', `${name} "${wrong}" can not have more than one wildcard.`);
  }
}

export function corsRuleElements(rules: readonly CorsRule[]): readonly Xml[] {
  return rules.map(({ id, origins, methods, headers, expose, maxAge }) =>
    element('CORSRule', [
      optionalElement('ID', id),
      ...headers.map((header) => element('AllowedHeader', header)),
      ...methods.map((method) => element('AllowedMethod', method)),
      ...origins.map((origin) => element('AllowedOrigin', origin)),
      ...expose.map((header) => element('ExposeHeader', header)),
      optionalElement('MaxAgeSeconds', maxAge),
    ]),
  );
}
