/** Owns what both versions of ListObjects answer alike: the entries of a page, and the parameters that shape it. */
import { element, type Xml } from '../../../base/wire/xml.ts';
import type { ListedEntry } from '../../../core/objects/list.ts';
import type { S3Request } from '../define-operation.ts';
import { quoteEtag } from '../object-headers.ts';
import type { Owner } from '../owners.ts';
import { pageSize, textParameter, wantsUrlEncoding } from '../query-parameters.ts';
import {
  type Children,
  checksumKindElements,
  elementUnlessEmpty,
  ownerElement,
  timestamp,
} from './elements.ts';

export interface ListingParameters {
  readonly prefix: string;
  /** '' for none. */
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly urlEncoded: boolean;
}

/** @throws S3Error InvalidArgument */
export function listingParametersOf(view: S3Request): ListingParameters {
  return {
    prefix: textParameter(view, 'prefix') ?? '',
    delimiter: textParameter(view, 'delimiter') ?? '',
    maxKeys: pageSize(view, 'max-keys'),
    urlEncoded: wantsUrlEncoding(view),
  };
}

/** The delimiter and the encoding, as listings repeat them. */
export function shapeElements(
  { delimiter, urlEncoded }: Pick<ListingParameters, 'delimiter' | 'urlEncoded'>,
  write: (name: string) => string,
): Children {
  return [
    elementUnlessEmpty('Delimiter', write(delimiter)),
    urlEncoded ? element('EncodingType', 'url') : undefined,
  ];
}

/** `Contents`, then `CommonPrefixes`. Without `owner` the objects show none. */
export function entryElements(
  entries: readonly ListedEntry[],
  write: (name: string) => string,
  owner: Owner | undefined,
): Children {
  const contents: Xml[] = [];
  const prefixes: Xml[] = [];
  for (const entry of entries) {
    if (entry.kind === 'prefix') prefixes.push(prefixElement(entry.prefix, write));
    else contents.push(contentsElement(entry.info, write, owner));
  }
  return [...contents, ...prefixes];
}

export function prefixElement(prefix: string, write: (name: string) => string): Xml {
  return element('CommonPrefixes', [element('Prefix', write(prefix))]);
}

function contentsElement(
  info: Extract<ListedEntry, { kind: 'object' }>['info'],
  write: (name: string) => string,
  owner: Owner | undefined,
): Xml {
  return element('Contents', [
    element('Key', write(info.key)),
    element('LastModified', timestamp(info.modifiedAt)),
    element('ETag', quoteEtag(info.etag)),
    ...checksumKindElements(info.checksum),
    element('Size', info.size),
    owner === undefined ? undefined : ownerElement('Owner', owner),
    element('StorageClass', info.storageClass),
  ]);
}

/** Where the next page starts: the last key or common prefix of this one. */
export function lastName(entries: readonly ListedEntry[]): string | undefined {
  const last = entries.at(-1);
  if (last === undefined) return undefined;
  return last.kind === 'prefix' ? last.prefix : last.info.key;
}
