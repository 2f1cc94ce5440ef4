/**
 * Owns the answer to work on many things at once, deletions and extractions: 200 whatever happened, with the true status in the body (wire page,
 * "Bulk"); and keeping the connection alive while the work takes its time, as upstream's middleware does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import { SwiftError } from './errors.ts';
import { type ListingFormat, listingFormat } from './listing-query.ts';
import type { SwiftView } from './view.ts';

/** Where the client takes none of our forms. */
export const plainText: ListingFormat = {
  kind: 'text',
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
};

/** The form of the answer; undefined when the client takes none of ours, which it is told in the body of one. */
export function bulkFormat(view: SwiftView): ListingFormat | undefined {
  try {
    return listingFormat(view.request);
  } catch (error) {
    if (error instanceof SwiftError && error.answer.status === 406) return undefined;
    throw error;
  }
}

/** How such work ended. */
export interface BulkResult {
  /** Percent-encoded paths, and what was wrong. */
  readonly errors: readonly (readonly [path: string, reason: string])[];
  /** Instead of what follows from the errors: the request as a whole could not be served, or not to its end. */
  readonly status?: string;
  /** Why: plain words, without a character that XML would escape. */
  readonly body?: string;
}

/** Of deletions. */
export interface BulkOutcome extends BulkResult {
  readonly deleted: number;
  readonly notFound: number;
}

/** Of an archive's extraction. */
export interface ExtractionOutcome extends BulkResult {
  readonly created: number;
}

export function bulkReply(format: ListingFormat, outcome: BulkOutcome | ExtractionOutcome): Reply {
  return { status: 200, headers: headersOf(format), body: bulkDocument(format.kind, outcome) };
}

/** The same, begun before the work is done: blanks go out meanwhile, which both JSON and clients that trim do not mind. */
export function bulkStreamReply(format: ListingFormat, work: Promise<BulkOutcome>): Reply {
  // An answer that is never written leaves nobody to await the work.
  work.catch(() => undefined);
  return { status: 200, headers: headersOf(format), body: keptAlive(format.kind, work, aliveMilliseconds) };
}

/** `yield_frequency` of upstream's middleware, in milliseconds. */
const aliveMilliseconds = 10_000;

function headersOf(format: ListingFormat): ReplyHeaders {
  return { ...format.headers, Vary: undefined };
}

/** A sign of life every `milliseconds` (an XML document's declaration first), then an empty line, then the document. */
export async function* keptAlive(
  kind: ListingFormat['kind'],
  work: Promise<BulkOutcome>,
  milliseconds: number,
): AsyncGenerator<Uint8Array> & ByteStream {
  const done = work.then(() => true);
  done.catch(() => undefined);
  let signs = 0;
  for (;;) {
    const timer = new AbortController();
    const waited = sleep(milliseconds, false, { signal: timer.signal }).catch(() => false);
    const finished = await Promise.race([done, waited]);
    timer.abort();
    if (finished) break;
    yield Buffer.from(kind === 'xml' && signs === 0 ? '<?xml version="1.0" encoding="UTF-8"?>\n' : ' ');
    signs += 1;
  }
  yield Buffer.from(`${signs > 0 ? '\r\n\r\n' : ''}${bulkDocument(kind, await work)}`);
}

function bulkDocument(kind: ListingFormat['kind'], outcome: BulkOutcome | ExtractionOutcome): string {
  const { errors, body = '' } = outcome;
  const extracted = 'created' in outcome;
  const status =
    outcome.status ?? (errors.length > 0 ? '400 Bad Request' : extracted ? '201 Created' : '200 OK');
  const counts: Count[] = extracted
    ? [['Number Files Created', outcome.created]]
    : [
        ['Number Deleted', outcome.deleted],
        ['Number Not Found', outcome.notFound],
      ];
  return documents[kind]({ root: extracted ? 'extract' : 'delete', counts, errors, status, body });
}

type Count = readonly [label: string, count: number];

interface BulkDocument extends Required<BulkResult> {
  /** The XML document's element. */
  readonly root: string;
  readonly counts: readonly Count[];
}

const documents: Readonly<Record<ListingFormat['kind'], (document: BulkDocument) => string>> = {
  text: ({ counts, errors, status, body }) =>
    [
      ...counts.map(([label, count]) => `${label}: ${count}`),
      `Response Body: ${body}`,
      `Response Status: ${status}`,
      ...errorLists.text(errors),
      '',
    ].join('\n'),

  json: ({ counts, errors, status, body }) => {
    const members = [
      `"Response Status": "${status}"`,
      `"Response Body": ${JSON.stringify(body)}`,
      ...counts.map(([label, count]) => `"${label}": ${count}`),
      ...errorLists.json(errors),
    ];
    return `{${members.join(', ')}}`;
  },

  xml: ({ root, counts, errors, status, body }) =>
    [
      `<${root}>`,
      ...counts.map(([label, count]) => {
        const name = label.toLowerCase().replaceAll(' ', '_');
        return `<${name}>${count}</${name}>`;
      }),
      `<response_body>${body}</response_body>`,
      `<response_status>${status}</response_status>`,
      ...errorLists.xml(errors),
      `</${root}>`,
      '',
    ].join('\n'),
};

type Errors = BulkResult['errors'];

/** The members, or lines, that tell the errors. */
const errorLists: Readonly<Record<ListingFormat['kind'], (errors: Errors) => string[]>> = {
  text: (errors) => ['Errors:', ...errors.map(([path, reason]) => `${path}, ${reason}`)],

  json(errors) {
    const pairs = errors.map(([path, reason]) => `[${JSON.stringify(path)}, ${JSON.stringify(reason)}]`);
    return [`"Errors": [${pairs.join(', ')}]`];
  },

  // Percent-encoded paths and our own reasons have nothing to escape.
  xml: (errors) => [
    '<errors>',
    ...errors.map(([path, reason]) => `<object><name>${path}</name><status>${reason}</status></object>`),
    '</errors>',
  ],
};

/** The errors alone: what an upload of many things is refused for. */
export function errorsDocument(kind: ListingFormat['kind'], errors: Errors): string {
  const lines = errorLists[kind](errors);
  if (kind === 'json') return `{${lines.join(', ')}}`;
  return (kind === 'xml' ? ['<upload>', ...lines, '</upload>', ''] : [...lines, '']).join('\n');
}
