/** Owns the document of CreateBucket. Any region is accepted (DESIGN 12): there is one, whatever it is called. */
import { expectElement, textOf, type XmlNode } from '../../../base/wire/xml.ts';
import { s3Error } from '../errors.ts';

/** Parts of the document that ask for other kinds of buckets, or for what buckets do not have yet. */
const unserved = ['Location', 'Bucket', 'Tags'];

/** @throws XmlError; S3Error NotImplemented */
export function checkCreateBucketConfiguration(root: XmlNode | undefined): void {
  if (root === undefined) return;
  expectElement(root, 'CreateBucketConfiguration', ['LocationConstraint', ...unserved]);
  textOf(root, 'LocationConstraint');
  const asked = root.children.find(({ name }) => unserved.includes(name));
  if (asked !== undefined) {
    throw s3Error('NotImplemented', `${asked.name} in CreateBucketConfiguration is not implemented.`);
  }
}
