/**
 * Owns the answer to a deletion of many things at once: 200 whatever happened, with the true status in the body (wire page,
 * "Bulk").
 */
import type { Reply } from '../../base/http/reply.ts';
import type { ListingFormat } from './listing-query.ts';

export interface BulkOutcome {
  readonly deleted: number;
  readonly notFound: number;
  /** Percent-encoded paths, and what was wrong. */
  readonly errors: readonly (readonly [path: string, reason: string])[];
}

export function bulkReply(format: ListingFormat, outcome: BulkOutcome): Reply {
  const status = outcome.errors.length > 0 ? '400 Bad Request' : '200 OK';
  const headers = { ...format.headers, Vary: undefined };
  return { status: 200, headers, body: documents[format.kind](outcome, status) };
}

type Write = (outcome: BulkOutcome, status: string) => string;

const documents: Readonly<Record<ListingFormat['kind'], Write>> = {
  text: ({ deleted, notFound, errors }, status) =>
    [
      `Number Deleted: ${deleted}`,
      `Number Not Found: ${notFound}`,
      'Response Body: ',
      `Response Status: ${status}`,
      'Errors:',
      ...errors.map(([path, reason]) => `${path}, ${reason}`),
      '',
    ].join('\n'),

  json: ({ deleted, notFound, errors }, status) => {
    const pairs = errors.map(([path, reason]) => `[${JSON.stringify(path)}, ${JSON.stringify(reason)}]`);
    const members = [
      `"Response Status": "${status}"`,
      '"Response Body": ""',
      `"Number Deleted": ${deleted}`,
      `"Number Not Found": ${notFound}`,
      `"Errors": [${pairs.join(', ')}]`,
    ];
    return `{${members.join(', ')}}`;
  },

  // Percent-encoded paths and our own reasons have nothing to escape.
  xml: ({ deleted, notFound, errors }, status) =>
    [
      '<delete>',
      `<number_deleted>${deleted}</number_deleted>`,
      `<number_not_found>${notFound}</number_not_found>`,
      '<response_body></response_body>',
      `<response_status>${status}</response_status>`,
      '<errors>',
      ...errors.map(([path, reason]) => `<object><name>${path}</name><status>${reason}</status></object>`),
      '</errors>',
      '</delete>',
      '',
    ].join('\n'),
};
