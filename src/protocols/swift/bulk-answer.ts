/**
 * Owns the answer to a deletion of many things at once: 200 whatever happened, with the true status in the body (wire page,
 * "Bulk"); and keeping the connection alive while the work takes its time, as upstream's middleware does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import type { ByteStream } from '../../base/streams/byte-stream.ts';
import type { ListingFormat } from './listing-query.ts';

export interface BulkOutcome {
  readonly deleted: number;
  readonly notFound: number;
  /** Percent-encoded paths, and what was wrong. */
  readonly errors: readonly (readonly [path: string, reason: string])[];
  /** Instead of what follows from the errors: the request as a whole could not be served, or not to its end. */
  readonly status?: string;
  /** Why. */
  readonly body?: string;
}

export function bulkReply(format: ListingFormat, outcome: BulkOutcome): Reply {
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

function bulkDocument(kind: ListingFormat['kind'], outcome: BulkOutcome): string {
  const status = outcome.status ?? (outcome.errors.length > 0 ? '400 Bad Request' : '200 OK');
  return documents[kind](outcome, status);
}

type Write = (outcome: BulkOutcome, status: string) => string;

const documents: Readonly<Record<ListingFormat['kind'], Write>> = {
  text: ({ deleted, notFound, errors, body = '' }, status) =>
    [
      `Number Deleted: ${deleted}`,
      `Number Not Found: ${notFound}`,
      `Response Body: ${body}`,
      `Response Status: ${status}`,
      'Errors:',
      ...errors.map(([path, reason]) => `${path}, ${reason}`),
      '',
    ].join('\n'),

  json: ({ deleted, notFound, errors, body = '' }, status) => {
    const pairs = errors.map(([path, reason]) => `[${JSON.stringify(path)}, ${JSON.stringify(reason)}]`);
    const members = [
      `"Response Status": "${status}"`,
      `"Response Body": ${JSON.stringify(body)}`,
      `"Number Deleted": ${deleted}`,
      `"Number Not Found": ${notFound}`,
      `"Errors": [${pairs.join(', ')}]`,
    ];
    return `{${members.join(', ')}}`;
  },

  // Percent-encoded paths and our own reasons have nothing to escape.
  xml: ({ deleted, notFound, errors, body = '' }, status) =>
    [
      '<delete>',
      `<number_deleted>${deleted}</number_deleted>`,
      `<number_not_found>${notFound}</number_not_found>`,
      `<response_body>${body}</response_body>`,
      `<response_status>${status}</response_status>`,
      '<errors>',
      ...errors.map(([path, reason]) => `<object><name>${path}</name><status>${reason}</status></object>`),
      '</errors>',
      '</delete>',
      '',
    ].join('\n'),
};
