/**
 * Owns the list of segments that `PUT ?multipart-manifest=put` brings: read and held against Swift's rules, whose words clients get to
 * see (wire page, "SLO"); and what is answered when segments are not as the list says. Refuses to look at objects.
 */
import { STATUS_CODES } from 'node:http';
import { percentEncode } from '../../base/http/query.ts';
import type { FaultySegment, SegmentFault, WantedSegment } from '../../core/large/put-static.ts';
import type { RequestedRange } from '../../core/objects/get.ts';
import { resolveRange } from '../../core/objects/ranges.ts';
import { errorsDocument } from './bulk-answer.ts';
import { parseRanges } from './byte-ranges.ts';
import { unquoted } from './conditions.ts';
import { refuseText, SwiftError } from './errors.ts';
import { staticLimits } from './large-objects.ts';
import type { ListingFormat } from './listing-query.ts';
import { sentenceReply } from './pages.ts';
import type { SwiftView } from './view.ts';

type Members = Partial<Record<string, unknown>>;

/** What is wrong with one member of the list, in Swift's words. */
class Wrong extends Error {}

/** @throws SwiftError 400, 413 */
export function parseManifest(bytes: Buffer, view: SwiftView): WantedSegment[] {
  const list = parsedJson(bytes);
  if (!Array.isArray(list)) throw refuseText(400, 'Manifest must be a list.\n');
  const segments: WantedSegment[] = [];
  const errors: string[] = [];
  for (const [index, member] of list.entries()) {
    try {
      segments.push(segmentOf(member, index === list.length - 1, view));
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      errors.push(`Index ${index}: ${error.message}\n`);
    }
  }
  const objects = segments.filter(({ kind }) => kind === 'object').length;
  if (errors.length === 0 && objects === 0 && segments.length > 0) {
    errors.push('Inline data segments require at least one object-backed segment.\n');
  }
  if (errors.length > 0) throw refuseText(400, errors.join(''));
  const most = staticLimits.max_manifest_segments;
  if (objects > most) throw refuseText(413, `Number of object-backed segments must be <= ${most}`);
  return segments;
}

function parsedJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw refuseText(400, 'Manifest must be valid JSON.\n');
  }
}

function segmentOf(member: unknown, last: boolean, view: SwiftView): WantedSegment {
  if (typeof member !== 'object' || member === null || Array.isArray(member))
    throw new Wrong('not a JSON object');
  const members: Members = { ...member };
  if ('path' in members) {
    refuseOthers(members, ['path', 'etag', 'size_bytes', 'range']);
    return objectSegment(members, last, view);
  }
  if (!('data' in members)) throw new Wrong('expected keys to include one of "data" or "path"');
  refuseOthers(members, ['data']);
  return { kind: 'data', bytes: dataOf(members.data) };
}

function refuseOthers(members: Members, known: readonly string[]): void {
  const others = Object.keys(members).filter((name) => !known.includes(name));
  if (others.length === 0) return;
  throw new Wrong(
    `extraneous keys ${others
      .sort()
      .map((name) => `"${name}"`)
      .join(', ')}`,
  );
}

function dataOf(text: unknown): Buffer {
  const data = typeof text === 'string' ? text.replace(/\s/g, '') : '';
  const right = typeof text === 'string' && data.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(data);
  if (!right) throw new Wrong('data must be valid base64');
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length === 0) throw new Wrong(tooSmall);
  return bytes;
}

const tooSmall = 'too small; each segment must be at least 1 byte.';

function objectSegment(
  { path, etag, size_bytes, range }: Members,
  last: boolean,
  { target }: SwiftView,
): WantedSegment {
  if (typeof path !== 'string') throw new Wrong('"path" must be a string');
  if (!(etag === undefined || etag === null || typeof etag === 'string')) {
    throw new Wrong('"etag" must be a string or null (if provided)');
  }
  const [, bucket = '', key = ''] = /^\/*([^/]+)\/(.+)$/s.exec(path) ?? [];
  if (key === '' || !path.replace(/^\/+|\/+$/g, '').includes('/')) {
    throw new Wrong('path does not refer to an object. Path must be of the form /container/object.');
  }
  if (bucket === target.container && key === target.object) {
    throw new Wrong('manifest must not include itself as a segment');
  }
  const size = sizeOf(size_bytes);
  if (size !== undefined && size < 1 && !last) throw new Wrong(tooSmall);
  const asked = rangeOf(range);
  if (asked !== undefined && size !== undefined && resolveRange(asked, size) === undefined) {
    throw new Wrong('unsatisfiable range');
  }
  return {
    kind: 'object',
    bucket,
    key,
    ...(etag && { etag: unquoted(etag) }),
    ...(size !== undefined && { size }),
    ...(asked !== undefined && { range: asked }),
  };
}

function sizeOf(raw: unknown): number | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (typeof raw !== 'number' && !(typeof raw === 'string' && /^\s*\d+\s*$/.test(raw)))
    throw new Wrong('invalid size_bytes');
  const size = Math.trunc(Number(raw));
  if (!Number.isSafeInteger(size) || size < 0) throw new Wrong('invalid size_bytes');
  return size;
}

function rangeOf(raw: unknown): RequestedRange | undefined {
  if (raw === undefined || raw === null || raw === '') return undefined;
  const ranges = typeof raw === 'string' ? parseRanges(`bytes=${raw}`) : undefined;
  const [range, ...more] = ranges ?? [];
  if (range === undefined) throw new Wrong('invalid range');
  if (more.length > 0) throw new Wrong('multiple ranges (only one allowed)');
  return range;
}

const status = (code: number) => `${code} ${STATUS_CODES[code] ?? 'Unknown'}`;

const faultWords: Readonly<Record<SegmentFault, string>> = {
  absent: status(404),
  denied: status(403),
  unusable: status(409),
  size: 'Size Mismatch',
  etag: 'Etag Mismatch',
  range: 'Unsatisfiable Range',
  empty: 'Too Small; each segment must be at least 1 byte.',
};

/** Percent-encoded paths of segments, and what is wrong with them. */
export function faultsShown(faults: readonly FaultySegment[]): (readonly [path: string, reason: string])[] {
  return faults.map(({ segment: { bucket, key }, fault }) => [
    `/${bucket}/${key.split('/').map(percentEncode).join('/')}`,
    faultWords[fault],
  ]);
}

/** Refuses a list for its segments, in the form the client takes. */
export function refuseFaults(format: ListingFormat, faults: readonly FaultySegment[]): SwiftError {
  const body = errorsDocument(format.kind, faultsShown(faults));
  const { 'Content-Type': type = 'text/plain' } = format.headers;
  return new SwiftError(sentenceReply(400, body, String(type)));
}
