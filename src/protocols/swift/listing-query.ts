/** Owns what a listing is asked for: its parameters, and the format by `format=` or the Accept header (wire page, "Listings"). */
import type { ReplyHeaders } from '../../base/http/reply.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import { refusePage, refuseSentence } from './errors.ts';
import { isYes } from './view.ts';

/** Most entries of one page, shown by `/info`. */
export const listingLimit = 10_000;

export interface ListingQuery {
  readonly prefix: string;
  readonly delimiter: string;
  /** Old form of prefix and delimiter: the objects directly in this pseudo-directory. */
  readonly path?: string;
  /** Exclusive start and end, in the order of the listing. */
  readonly marker?: string;
  readonly endMarker?: string;
  readonly reverse: boolean;
  readonly limit: number;
}

/** @throws SwiftError 412 for a limit that is too large; one that is no number is ignored. */
export function listingQuery(request: RequestView): ListingQuery {
  const { query } = request;
  const given = query.get('limit') ?? '';
  const limit = /^\d+$/.test(given) ? Number(given) : listingLimit;
  if (limit > listingLimit) throw refuseSentence(412, `Maximum limit is ${listingLimit}`);
  const path = query.get('path');
  const marker = query.get('marker');
  const endMarker = query.get('end_marker');
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    ...(path === undefined ? {} : { path }),
    ...(marker ? { marker } : {}),
    ...(endMarker ? { endMarker } : {}),
    reverse: isYes(query.get('reverse')),
    limit,
  };
}

/** The common prefix `name` falls under: up to the first `delimiter` behind `prefix`; undefined when it falls under none. */
export function subdirOf(name: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === '' || !name.startsWith(prefix) ? -1 : name.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : name.slice(0, at + delimiter.length);
}

export interface ListingFormat {
  readonly kind: 'text' | 'json' | 'xml';
  /** Content-Type, and Vary where the Accept header had a say. */
  readonly headers: ReplyHeaders;
}

/** In the order of preference where a client leaves the choice to us. */
const mediaTypes = {
  'text/plain': 'text',
  'application/json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
} as const satisfies Record<string, ListingFormat['kind']>;

type MediaType = keyof typeof mediaTypes;
const offered = Object.keys(mediaTypes) as MediaType[];

/** What `format=` may say; anything else is text. */
const named: ReadonlyMap<string, MediaType> = new Map([
  ['json', 'application/json'],
  ['xml', 'application/xml'],
]);

/** `format=` wins over the Accept header. @throws SwiftError 406 nothing we have is accepted, 400 Accept cannot be read */
export function listingFormat(request: RequestView): ListingFormat {
  const format = request.query.get('format');
  const type =
    format === undefined
      ? acceptedType(request.header('accept'))
      : (named.get(format.toLowerCase()) ?? 'text/plain');
  return {
    kind: mediaTypes[type],
    headers: {
      'Content-Type': `${type}; charset=utf-8`,
      Vary: format === undefined ? 'Accept' : undefined,
    },
  };
}

interface AcceptedRange {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
}

function acceptedType(header: string | undefined): MediaType {
  if (!header?.trim()) return 'text/plain';
  // Higher quality first, then what is named in full; otherwise in the client's order (the sort is stable).
  const ranges = header
    .split(',')
    .map(parseAccepted)
    .sort((a, b) => b.quality - a.quality || Number(isGlob(a)) - Number(isGlob(b)));
  for (const range of ranges) {
    const found = offered.find((type) => matches(range, type));
    if (found !== undefined) return found;
  }
  throw refusePage(406);
}

/** RFC 9110 12.5.1. */
function parseAccepted(text: string): AcceptedRange {
  const match = /^\s*([\w!#$%&'*+.^`|~-]+)\/([\w!#$%&'*+.^`|~-]+)\s*((?:;[^;=]+=[^;]*)*)\s*$/.exec(text);
  const quality = Number(/;\s*q\s*=\s*([^;]*)/.exec(match?.[3] ?? '')?.[1] ?? 1);
  if (match === null || Number.isNaN(quality)) throw refuseSentence(400, 'Invalid Accept header');
  return { type: match[1] ?? '', subtype: match[2] ?? '', quality };
}

function isGlob(range: AcceptedRange): boolean {
  return range.type === '*' || range.subtype === '*';
}

function matches(range: AcceptedRange, mediaType: MediaType): boolean {
  const [type, subtype] = mediaType.split('/');
  return (range.type === '*' || range.type === type) && (range.subtype === '*' || range.subtype === subtype);
}
