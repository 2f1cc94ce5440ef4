/** Owns reading a request document into its shape. Its digests were checked while it came in. */
import { parseXml, XmlError, type XmlNode } from '../../../base/wire/xml.ts';
import { type BodyKind, documentBody } from '../../operation.ts';
import type { S3Request } from '../define-operation.ts';
import { s3Error } from '../errors.ts';

/**
 * A body that is an XML document of at most `maxBytes` bytes. `read` gets undefined for an empty body, and may throw XmlError,
 * which clients see as MalformedXML.
 */
export function xmlBody<Document>(
  maxBytes: number,
  read: (root: XmlNode | undefined) => Document,
): BodyKind<S3Request, Document> {
  return documentBody(maxBytes, (bytes) => {
    try {
      return read(bytes.length === 0 ? undefined : parseXml(bytes));
    } catch (error) {
      if (error instanceof XmlError) throw s3Error('MalformedXML');
      throw error;
    }
  });
}

/** A document that must be there. @throws XmlError */
export function required(root: XmlNode | undefined): XmlNode {
  if (root === undefined) throw new XmlError('the document is missing');
  return root;
}
