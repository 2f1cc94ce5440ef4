/**
 * Owns what Swift answers when something is refused: one entry for every failure of the core (wire page, section 2, "Bodies of
 * errors"), and the wire's own failures. Refuses to decide anything.
 */
import { MalformedTarget, percentDecode } from '../../base/http/query.ts';
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import type { RequestView } from '../../base/http/request-view.ts';
import { CoreError, type CoreErrorCode, type CoreErrorDetails } from '../../core/errors.ts';
import { type Failure, ProtocolError } from '../failure.ts';
import { htmlType, type PageStatus, page, sentenceReply } from './pages.ts';
import { lastModified } from './times.ts';

/** A failure only Swift knows, with the answer it gets. */
export class SwiftError extends ProtocolError {
  readonly answer: Reply;

  constructor(answer: Reply) {
    super(`swift ${answer.status}`);
    this.name = 'SwiftError';
    this.answer = answer;
  }
}

/** Refuses with the standard page of `status`. */
export function refusePage(status: PageStatus, headers?: ReplyHeaders): SwiftError {
  return new SwiftError(page(status, headers));
}

/** Refuses with a sentence in plain text, as Swift's checks of headers do. */
export function refuseText(status: number, text: string): SwiftError {
  return new SwiftError(sentenceReply(status, text, 'text/plain'));
}

/** Refuses with a sentence that Swift labels as HTML, as its checks of names and of whole requests do. */
export function refuseSentence(status: number, text: string): SwiftError {
  return new SwiftError(sentenceReply(status, text, htmlType));
}

export const invalidName = 'Invalid UTF8 or contains NULL';

type Answers = {
  readonly [C in CoreErrorCode]: (details: CoreErrorDetails[C], context: ErrorContext) => Reply;
};

interface ErrorContext {
  readonly request: RequestView;
  /** Headers of every 401. */
  readonly challenge: ReplyHeaders;
}

const text = (status: number, sentence: string) => sentenceReply(status, sentence, 'text/plain');
const notFound = () => page(404);
const retryLater = { 'Retry-After': 1 };

const answers: Answers = {
  Unauthenticated: (_, { challenge }) => page(401, challenge),
  AccessDenied: ({ anonymous }, { challenge }) => (anonymous ? page(401, challenge) : page(403)),
  InvalidArgument: ({ what, reason }) => text(400, `Invalid ${what}: ${reason}`),
  InvalidBucketName: ({ bucket, reason }) =>
    sentenceReply(
      400,
      `Invalid container name '${printable(bucket)}': ${reason}`,
      'text/plain; charset=utf-8',
    ),
  InvalidKey: () => sentenceReply(412, invalidName, htmlType),
  KeyTooLong: ({ bytes, limit }) => text(400, `Object name length of ${bytes} longer than ${limit}`),
  MetadataTooLarge: ({ limit }) => text(400, `Total metadata too large; max ${limit}`),
  NoSuchBucket: notFound,
  BucketExists: () => page(409),
  BucketNotEmpty: () => page(409),
  NoSuchKey: notFound,
  NoSuchVersion: notFound,
  IsDeleteMarker: notFound,
  NoSuchUpload: notFound,
  InvalidPart: () => page(400),
  InvalidPartOrder: () => page(400),
  PartTooSmall: () => page(400),
  TooLarge: () => text(413, 'Your request is too large.'),
  IncompleteBody: () => page(499),
  BadDigest: (_, { request }) => page(422, { 'Last-Modified': lastModified(request.receivedAt) }),
  BodyTimeout: () => page(408),
  SegmentUnusable: () => page(409),
  RangeNotSatisfiable: ({ size }) => page(416, { 'Content-Range': `bytes */${size}` }),
  PreconditionFailed: () => page(412),
  NotModified: ({ etag, modifiedAt }) => ({
    status: 304,
    headers: { 'Content-Length': 0, Etag: etag, 'Last-Modified': lastModified(modifiedAt) },
  }),
  Busy: () => page(503, retryLater),
  NoSuchUser: notFound,
  NoSuchProject: notFound,
  NoSuchGroup: notFound,
  InUse: () => page(409),
  NoSuchRole: notFound,
  NoSuchCredential: notFound,
  NoSuchToken: notFound,
  NoSuchGrant: notFound,
  NoSuchPolicy: notFound,
  InvalidBucketState: () => page(409),
  LastAdmin: () => page(409),
  Duplicate: () => page(409),
  LimitExceeded: () => page(403),
  NotImplemented: ({ what }) => text(501, `${what} is not implemented`),
  Unavailable: () => page(503, retryLater),
  InsufficientStorage: () => page(507),
  Internal: () => page(500),
};

/** The answer to `failure`. `challenge`: the headers of a 401 for this request. Never throws. */
export function renderFailure(failure: Failure, request: RequestView, challenge: ReplyHeaders): Reply {
  const reply = answerTo(failure, { request, challenge });
  // A HEAD must not announce a page it does not send.
  return request.method === 'HEAD' ? { ...reply, body: '' } : reply;
}

function answerTo(failure: Failure, context: ErrorContext): Reply {
  if (failure instanceof SwiftError) return failure.answer;
  if (failure instanceof CoreError) return answerToCore(failure, context);
  if (failure instanceof MalformedTarget) return malformed(context.request);
  return page(500);
}

/** Generic in the code, so that an answer only ever sees the details of its own code. */
function answerToCore<C extends CoreErrorCode>(failure: CoreError<C>, context: ErrorContext): Reply {
  const answer: Answers[C] = answers[failure.code];
  return answer(failure.details, context);
}

/** Swift names the query parameter it cannot read; a path it cannot read gets a sentence of its own. */
function malformed(request: RequestView): Reply {
  const broken = request.rawQuery.split('&').find((pair) => !decodable(pair));
  if (broken === undefined || !decodable(request.path)) return sentenceReply(412, invalidName, htmlType);
  const name = printable(broken.split('=', 1)[0] ?? '');
  return text(400, `"${name}" parameter not valid UTF-8`);
}

function decodable(raw: string): boolean {
  try {
    percentDecode(raw);
    return true;
  } catch {
    return false;
  }
}

/** `raw` as it may stand in an error text: nothing a browser or a terminal would act on. */
function printable(raw: string): string {
  return raw.replace(/[^\x20-\x7e\u00a0-\uffff]|[<>&]/g, '?').slice(0, 300);
}
