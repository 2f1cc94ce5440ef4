/** Owns the document of a bucket's default encryption (ServerSideEncryptionConfiguration). */
import type { Reply } from '../../../base/http/reply.ts';
import {
  childrenOf,
  element,
  expectElement,
  requiredTextOf,
  textOf,
  XmlError,
  type XmlNode,
} from '../../../base/wire/xml.ts';
import { managedEncryption } from '../encryption-headers.ts';
import { s3Error } from '../errors.ts';
import { xmlReply } from './elements.ts';
import { required } from './read-document.ts';

const root = 'ServerSideEncryptionConfiguration';
const byDefault = 'ApplyServerSideEncryptionByDefault';

/** Accepts one rule, for keys of the service. @throws XmlError; S3Error NotImplemented for keys of a key service */
export function checkBucketEncryption(document: XmlNode | undefined): void {
  const [rule, ...more] = childrenOf(expectElement(required(document), root, ['Rule']), 'Rule');
  if (rule === undefined || more.length > 0) throw new XmlError('one rule');
  expectElement(rule, 'Rule', [byDefault, 'BucketKeyEnabled', 'BlockedEncryptionTypes']);
  const [wish, ...others] = childrenOf(rule, byDefault);
  if (wish === undefined || others.length > 0) throw new XmlError(`one ${byDefault}`);
  expectElement(wish, byDefault, ['SSEAlgorithm', 'KMSMasterKeyID']);
  const algorithm = requiredTextOf(wish, 'SSEAlgorithm');
  const bucketKey = textOf(rule, 'BucketKeyEnabled') ?? 'false';
  if (!/^(true|false)$/i.test(bucketKey)) throw new XmlError('BucketKeyEnabled is true or false');
  if (/^aws:kms(:dsse)?$/.test(algorithm)) throw unserved('SSEAlgorithm', algorithm);
  if (algorithm !== managedEncryption) throw new XmlError('SSEAlgorithm is not known');
  const [blocked] = childrenOf(rule, 'BlockedEncryptionTypes');
  if (blocked !== undefined) throw unserved('BlockedEncryptionTypes', 'a list');
  const key = textOf(wish, 'KMSMasterKeyID');
  if (key !== undefined && key !== '') {
    throw s3Error(
      'InvalidArgument',
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms',
    );
  }
}

function unserved(name: string, value: string) {
  return s3Error('NotImplemented', `${name} ${value} in ${root} is not implemented.`);
}

/** The document of a bucket in which everything is encrypted. */
export function bucketEncryptionReply(): Reply {
  return xmlReply(root, [
    element('Rule', [
      element(byDefault, [element('SSEAlgorithm', managedEncryption)]),
      element('BucketKeyEnabled', false),
    ]),
  ]);
}
