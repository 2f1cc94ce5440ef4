/**
 * Owns the short pages Swift answers with when an answer has nothing of its own to say (wire page, section 2), and the form of
 * answers made of them. Refuses to know why an answer is given.
 */
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';

/** Statuses that have a page: its title and its sentence. */
const pages = {
  202: ['Accepted', 'The request is accepted for processing.'],
  400: [
    'Bad Request',
    'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  ],
  401: [
    'Unauthorized',
    'This server could not verify that you are authorized to access the document you requested.',
  ],
  403: ['Forbidden', 'Access was denied to this resource.'],
  404: ['Not Found', 'The resource could not be found.'],
  405: ['Method Not Allowed', 'The method is not allowed for this resource.'],
  406: ['Not Acceptable', 'The resource is not available in a format acceptable to your browser.'],
  408: ['Request Timeout', 'The server has waited too long for the request to be sent by the client.'],
  409: ['Conflict', 'There was a conflict when trying to complete your request.'],
  412: ['Precondition Failed', 'A precondition for this request was not met.'],
  416: ['Requested Range Not Satisfiable', 'The Range requested is not available.'],
  422: ['Unprocessable Entity', 'Unable to process the contained instructions'],
  499: ['Client Disconnect', 'The client was disconnected during request.'],
  500: [
    'Internal Error',
    'The server has either erred or is incapable of performing the requested operation.',
  ],
  503: ['Service Unavailable', 'The server is currently unavailable. Please try again at a later time.'],
  507: ['Insufficient Storage', 'There was not enough space to save the resource.'],
} as const;

export type PageStatus = keyof typeof pages;

export const htmlType = 'text/html; charset=UTF-8';

/** The standard page of `status`. */
export function page(status: PageStatus, headers: ReplyHeaders = {}): Reply {
  const [title, sentence] = pages[status];
  return sentenceReply(status, `<html><h1>${title}</h1><p>${sentence}</p></html>`, htmlType, headers);
}

/** A bare sentence as the whole body. */
export function sentenceReply(
  status: number,
  text: string,
  contentType: string,
  headers: ReplyHeaders = {},
): Reply {
  return { status, headers: { 'Content-Type': contentType, ...headers }, body: text };
}

/** An answer without a body; Swift names the type and length of the nothing it sends. */
export function empty(status: number, headers: ReplyHeaders = {}): Reply {
  return { status, headers: { 'Content-Type': htmlType, 'Content-Length': 0, ...headers } };
}
