/** Owns the document of CompleteMultipartUpload. */
import {
  childrenOf,
  expectElement,
  requiredTextOf,
  textOf,
  XmlError,
  type XmlNode,
} from '../../../base/wire/xml.ts';
import type { CompletedPart } from '../../../core/multipart/complete.ts';
import { checksumNames } from '../checksum-headers.ts';
import { partNumbers } from '../query-parameters.ts';
import { required } from './read-document.ts';

const checksumMembers = Object.values(checksumNames).map(({ member }) => member);

/** The parts in the order given; whether it ascends is for core. @throws XmlError */
export function readCompleteMultipartUpload(document: XmlNode | undefined): readonly CompletedPart[] {
  const root = expectElement(required(document), 'CompleteMultipartUpload', ['Part']);
  const parts = childrenOf(root, 'Part');
  if (parts.length === 0 || parts.length > partNumbers.max) {
    throw new XmlError(`1 to ${partNumbers.max} parts`);
  }
  return parts.map(readPart);
}

function readPart(node: XmlNode): CompletedPart {
  expectElement(node, 'Part', ['PartNumber', 'ETag', ...checksumMembers]);
  const number = requiredTextOf(node, 'PartNumber').trim();
  const part = /^\d{1,9}$/.test(number) ? Number(number) : 0;
  if (part < partNumbers.min || part > partNumbers.max) throw new XmlError('not a part number');
  const etag = requiredTextOf(node, 'ETag')
    .trim()
    .replace(/^"(.*)"$/, '$1');
  const [checksum, second] = checksumMembers.flatMap((member) => textOf(node, member) ?? []);
  if (second !== undefined) throw new XmlError('more than one checksum');
  return { part, etag, ...(checksum !== undefined && { checksum }) };
}
