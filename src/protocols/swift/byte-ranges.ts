/**
 * Owns the Range header and answers of several ranges (wire page, section 2; RFC 9110 14). A header that cannot be read is
 * ignored; one that asks for too much disorder is refused, as Swift does, with 416.
 */
import type { RequestedRange } from '../../core/objects/get.ts';

/** `bytes=0-4,-3`; undefined when there is no such header or it says nothing readable. */
export function parseRanges(header: string | undefined): readonly RequestedRange[] | undefined {
  const list = /^\s*bytes\s*=(.*)$/i.exec(header ?? '')?.[1];
  if (list === undefined) return undefined;
  const ranges = list.split(',').map(parseRange);
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

function parseRange(text: string): RequestedRange | undefined {
  const match = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(text);
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') return last === '' ? undefined : { suffix: Number(last) };
  const start = Number(first);
  if (last === '') return { start };
  const end = Number(last);
  return end < start ? undefined : { start, end };
}

/** `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const mostSpans = 50;
const mostOverlaps = 2;
const mostDisordered = 7;

/** Whether `spans` cost more than any honest reader needs (RFC 9110 17.15, with Swift's numbers). */
export function isExcessive(spans: readonly Span[]): boolean {
  if (spans.length > mostSpans) return true;
  const disordered = spans.some((span, i) => i > 0 && span.start < (spans[i - 1]?.start ?? 0));
  if (disordered && spans.length > mostDisordered) return true;
  let overlaps = 0;
  for (const [i, a] of spans.entries()) {
    for (const b of spans.slice(i + 1)) {
      const equal = a.start === b.start && a.end === b.end;
      if (!equal && a.start < b.end && b.start < a.end) overlaps += 1;
    }
  }
  return overlaps > mostOverlaps;
}

export function contentRange(span: Span, size: number): string {
  return `bytes ${span.start}-${span.end - 1}/${size}`;
}

/** A multipart/byteranges answer: its header lines and its bytes. */
export interface MultipartAnswer {
  readonly contentType: string;
  readonly length: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * `spans` of an object of `size` bytes and type `contentType`, each behind its own small head. `boundary` must not occur in
 * the bytes: 32 random hex characters.
 */
export function multipartAnswer(
  object: { readonly contentType: string; readonly size: number },
  spans: readonly Span[],
  boundary: string,
  open: (span: Span) => Uint8Array | AsyncIterable<Uint8Array>,
): MultipartAnswer {
  const heads = spans.map((span) =>
    Buffer.from(
      `--${boundary}\r\nContent-Type: ${object.contentType}\r\nContent-Range: ${contentRange(span, object.size)}\r\n\r\n`,
    ),
  );
  const lineEnd = Buffer.from('\r\n');
  const tail = Buffer.from(`--${boundary}--`);
  const length = spans.reduce(
    (sum, { start, end }, i) => sum + (heads[i]?.length ?? 0) + (end - start) + lineEnd.length,
    tail.length,
  );
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const [i, span] of spans.entries()) {
      yield heads[i] ?? lineEnd;
      const bytes = open(span);
      if (bytes instanceof Uint8Array) yield bytes;
      else yield* bytes;
      yield lineEnd;
    }
    yield tail;
  }
  return { contentType: `multipart/byteranges;boundary=${boundary}`, length, body: body() };
}
