/** Owns the pieces S3's documents share: the namespace, owners, timestamps, checksums, and names in a listing's encoding. */
import type { Reply, ReplyHeaders } from '../../../base/http/reply.ts';
import { element, optionalElement, type Xml, xmlDocument } from '../../../base/wire/xml.ts';
import type { Checksum, ChecksumAlgorithm } from '../../../core/model/object-records.ts';
import { encodeKey } from '../address.ts';
import { checksumNames } from '../checksum-headers.ts';
import type { Owner } from '../owners.ts';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

export type Children = readonly (Xml | undefined)[];

/** A 200 answer with a document of S3's namespace. */
export function xmlReply(root: string, children: Children | string, headers: ReplyHeaders = {}): Reply {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/xml', ...headers },
    body: xmlDocument(element(root, children, { xmlns: namespace })),
  };
}

/** `2026-11-21T03:12:14.000Z`: S3 shows whole seconds in this form. */
export function timestamp(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}.000Z`;
}

export function ownerElement(name: 'Owner' | 'Initiator', { id, displayName }: Owner): Xml {
  return element(name, [element('ID', id), element('DisplayName', displayName)]);
}

/** A checksum with its value, as results show it. */
export function checksumElements(checksum: Checksum | undefined): Children {
  if (checksum === undefined) return [];
  return [
    element(checksumNames[checksum.algorithm].member, checksum.value),
    element('ChecksumType', checksum.type),
  ];
}

/** A part's checksum, whose type is its upload's. */
export function partChecksumElement(
  algorithm: ChecksumAlgorithm | undefined,
  value: string | undefined,
): Xml | undefined {
  return algorithm === undefined ? undefined : optionalElement(checksumNames[algorithm].member, value);
}

/** Which checksum a listed object or upload has, without its value. */
export function checksumKindElements(checksum: Pick<Checksum, 'algorithm' | 'type'> | undefined): Children {
  if (checksum === undefined) return [];
  return [element('ChecksumAlgorithm', checksum.algorithm), element('ChecksumType', checksum.type)];
}

/** How a listing writes names: as they are, or percent-encoded but for slashes when the client asked for `url`. */
export function nameWriter(urlEncoded: boolean): (name: string) => string {
  return urlEncoded ? encodeKey : (name) => name;
}

/** An element that listings only show when there is something to show. */
export function elementUnlessEmpty(name: string, text: string | undefined): Xml | undefined {
  return text === undefined || text === '' ? undefined : element(name, text);
}
