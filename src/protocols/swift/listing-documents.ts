/**
 * Owns how listings are written, byte for byte as stock clients and their tests know them (wire page, "Listings"): text, JSON
 * with a blank after `:` and `,` and only ASCII, and two layouts of XML.
 */
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import { asciiText } from '../../base/wire/json.ts';
import type { ListingFormat } from './listing-query.ts';

/** A container of an account. */
export interface ContainerItem {
  readonly name: string;
  readonly count: number;
  readonly bytes: number;
  readonly last_modified: string;
  readonly storage_policy: string;
}

/** An object of a container. */
export interface ObjectItem {
  readonly name: string;
  readonly bytes: number;
  readonly hash: string;
  readonly content_type: string;
  readonly last_modified: string;
  /** Of a static large object: its Etag, quotes included. The hash is then its list's. */
  readonly slo_etag?: string;
}

/** One line of a listing. */
export type ListedItem = { readonly subdir: string } | ContainerItem | ObjectItem;

/** Members in the order each form writes them. */
const containerMembers = ['name', 'count', 'bytes', 'last_modified', 'storage_policy'] as const;
const objectMembers = {
  json: ['bytes', 'hash', 'name', 'content_type', 'last_modified', 'slo_etag'],
  xml: ['name', 'hash', 'bytes', 'content_type', 'last_modified'],
} as const;

type Members = readonly (readonly [string, string | number])[];

function membersOf(item: ContainerItem | ObjectItem, form: 'json' | 'xml'): Members {
  if ('count' in item) return containerMembers.map((key) => [key, item[key]]);
  return objectMembers[form].flatMap((key) => {
    const value = item[key];
    return value === undefined ? [] : [[key, value] as const];
  });
}

export interface Listing {
  /** What is listed: an account's containers, or a container's objects. */
  readonly of: 'account' | 'container';
  /** Its name in the XML form. */
  readonly name: string;
  readonly items: readonly ListedItem[];
}

/** The answer to a listing: 204 for a text listing of nothing. */
export function listingReply(format: ListingFormat, headers: ReplyHeaders, listing: Listing): Reply {
  const all = { ...headers, ...format.headers };
  if (format.kind === 'text' && listing.items.length === 0) {
    return { status: 204, headers: { ...all, 'Content-Length': 0 } };
  }
  return { status: 200, headers: all, body: documents[format.kind](listing) };
}

const documents: Readonly<Record<ListingFormat['kind'], (listing: Listing) => string>> = {
  text: ({ items }) => items.map((item) => `${'subdir' in item ? item.subdir : item.name}\n`).join(''),
  json: ({ items }) => `[${items.map(jsonItem).join(', ')}]`,
  xml: (listing) => `<?xml version="1.0" encoding="UTF-8"?>\n${xmlLayouts[listing.of](listing)}`,
};

function jsonItem(item: ListedItem): string {
  if ('subdir' in item) return `{"subdir": ${asciiText(item.subdir)}}`;
  const members = membersOf(item, 'json').map(
    ([key, value]) => `"${key}": ${typeof value === 'number' ? value : asciiText(value)}`,
  );
  return `{${members.join(', ')}}`;
}

const xmlLayouts: Readonly<Record<Listing['of'], (listing: Listing) => string>> = {
  account: ({ name, items }) =>
    [
      `<account name="${attribute(name)}">`,
      ...items.map((item) =>
        'subdir' in item ? `<subdir name="${attribute(item.subdir)}" />` : xmlElement('container', item),
      ),
      '</account>',
    ].join('\n'),
  container: ({ name, items }) =>
    items.length === 0
      ? `<container name="${attribute(name)}" />`
      : `<container name="${attribute(name)}">${items.map(xmlObject).join('')}</container>`,
};

function xmlObject(item: ListedItem): string {
  if (!('subdir' in item)) return xmlElement('object', item);
  return `<subdir name="${attribute(item.subdir)}"><name>${content(item.subdir)}</name></subdir>`;
}

function xmlElement(tag: string, item: ContainerItem | ObjectItem): string {
  const children = membersOf(item, 'xml').map(([key, value]) => `<${key}>${content(String(value))}</${key}>`);
  return `<${tag}>${children.join('')}</${tag}>`;
}

/** Quotes stay as they are, as in Swift; a carriage return would come out of a parser as a line feed. */
function content(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** White space other than a blank would come out of a parser as one. */
function attribute(text: string): string {
  return content(text)
    .replaceAll('"', '&quot;')
    .replace(/[\t\n]/g, (c) => `&#${c.charCodeAt(0).toString().padStart(2, '0')};`);
}
