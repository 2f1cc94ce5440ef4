/**
 * Every failure as Keystone prints it: `{"error":{"code":401,"message":"...","title":"Unauthorized"}}`, a newline behind it
 * (wire page, section 1). One row for each code of the core, so that a new code does not compile without one.
 */
import { MalformedTarget } from '../../base/http/query.ts';
import type { Reply, ReplyHeaders } from '../../base/http/reply.ts';
import { CoreError, type CoreErrorCode, type CoreErrorDetails } from '../../core/errors.ts';
import { type Failure, ProtocolError } from '../failure.ts';

const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
} as const;
type Status = keyof typeof titles;

/** A failure only this protocol knows. `members` are added to the error object, e.g. the methods a client may use. */
export class IamError extends ProtocolError {
  readonly status: Status;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: ReplyHeaders;
  constructor(
    status: Status,
    message: string,
    more: { members?: Readonly<Record<string, unknown>>; headers?: ReplyHeaders } = {},
  ) {
    super(message);
    this.name = 'IamError';
    this.status = status;
    this.members = more.members ?? {};
    this.headers = more.headers ?? {};
  }
}

const clientInError =
  'The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.';

/** Keystone's 400 for a part of a request that is not there: `Expecting to find <what> in <where>. ...`. */
export function expecting(what: string, where: string): IamError {
  return new IamError(400, `Expecting to find ${what} in ${where}. ${clientInError}`);
}

/** A method that a path does not have; the body is not Keystone's own form, but its web framework's. */
export class MethodNotAllowed extends ProtocolError {
  readonly allow: string;
  constructor(allow: string) {
    super('The method is not allowed for the requested URL.');
    this.allow = allow;
  }
}

type Row<C extends CoreErrorCode> = readonly [
  Status,
  (details: CoreErrorDetails[C], policy: string) => string,
];

const unexpected: readonly [Status, () => string] = [
  500,
  () => 'An unexpected error prevented the server from fulfilling your request.',
];
/** Keystone's names of what can be there twice. */
const tables: Readonly<Record<string, string>> = { 'IAM access key': 'application_credential' };

const tryAgain = () => 'The service is currently unable to handle the request. Please try again.';

const rows: { readonly [C in CoreErrorCode]: Row<C> } = {
  Unauthenticated: [401, () => 'The request you have made requires authentication.'],
  AccessDenied: [403, (_, policy) => `You are not authorized to perform the requested action: ${policy}.`],
  InvalidArgument: [
    400,
    ({ what, reason }) => `Invalid input for field ${what}: ${reason}. ${clientInError}`,
  ],
  NoSuchUser: [404, ({ user }) => `Could not find user: ${user}.`],
  NoSuchProject: [404, ({ project }) => `Could not find project: ${project}.`],
  NoSuchRole: [404, ({ role }) => `Could not find role: ${role}.`],
  NoSuchGroup: [404, ({ group }) => `Could not find group: ${group}.`],
  InUse: [
    409,
    ({ what, name, reason }) => `Conflict occurred attempting to delete ${what} - ${name} ${reason}.`,
  ],
  NoSuchCredential: [404, ({ credential }) => `Could not find credential: ${credential}.`],
  NoSuchToken: [404, ({ reason }) => reason],
  Duplicate: [
    409,
    ({ what, name }) =>
      `Conflict occurred attempting to store ${tables[what] ?? what} - Duplicate entry found with name ${name}.`,
  ],
  LimitExceeded: [
    403,
    ({ what, limit }) =>
      `Unable to create additional ${what}, maximum of ${limit} already exceeded for user.`,
  ],
  TooLarge: [413, ({ limit }) => `Request is too large: at most ${limit} bytes.`],
  IncompleteBody: [400, () => `The body ended before its announced length. ${clientInError}`],
  BodyTimeout: [408, ({ seconds }) => `Nothing was sent for ${seconds} seconds.`],
  NotImplemented: [501, () => 'The action you have requested has not been implemented.'],
  Busy: [503, tryAgain],
  Unavailable: [503, tryAgain],
  InsufficientStorage: [503, tryAgain],
  Internal: unexpected,
  // What buckets and objects can do wrong is not said here.
  InvalidBucketName: unexpected,
  InvalidKey: unexpected,
  KeyTooLong: unexpected,
  MetadataTooLarge: unexpected,
  NoSuchBucket: unexpected,
  NoSuchGrant: unexpected,
  NoSuchPolicy: unexpected,
  InvalidBucketState: unexpected,
  LastAdmin: unexpected,
  BucketExists: unexpected,
  BucketNotEmpty: unexpected,
  NoSuchKey: unexpected,
  NoSuchVersion: unexpected,
  IsDeleteMarker: unexpected,
  NoSuchUpload: unexpected,
  InvalidPart: unexpected,
  InvalidPartOrder: unexpected,
  PartTooSmall: unexpected,
  BadDigest: unexpected,
  SegmentUnusable: unexpected,
  RangeNotSatisfiable: unexpected,
  PreconditionFailed: unexpected,
  NotModified: unexpected,
};

export interface ErrorContext {
  /** What a 403 names. */
  readonly policy: string;
  /** Where tokens are to be had: part of every 401 (RFC 9110 15.5.2). */
  readonly identityUrl: string;
}

export function renderError(error: Failure, context: ErrorContext): Reply {
  if (error instanceof MethodNotAllowed) {
    const headers = { 'Content-Type': 'application/json', Allow: error.allow };
    return { status: 405, headers, body: `${JSON.stringify({ message: error.message })}\n` };
  }
  if (error instanceof IamError) {
    return errorReply(error.status, error.message, context, error.members, error.headers);
  }
  if (error instanceof MalformedTarget) {
    return errorReply(400, `${error.message}. ${clientInError}`, context);
  }
  const failure = error instanceof CoreError ? error : new CoreError('Internal', { reason: error.message });
  const [status, message] = rowOf(failure, context.policy);
  return errorReply(status, message, context);
}

function rowOf<C extends CoreErrorCode>(error: CoreError<C>, policy: string): [Status, string] {
  // Nobody's request is refused for want of proof, not of rights.
  if (error.code === 'AccessDenied' && (error as CoreError<'AccessDenied'>).details.anonymous) {
    return [401, rows.Unauthenticated[1]({ reason: 'anonymous' }, policy)];
  }
  const [status, message]: Row<C> = rows[error.code];
  return [status, message(error.details, policy)];
}

function errorReply(
  status: Status,
  message: string,
  { identityUrl }: ErrorContext,
  members: Readonly<Record<string, unknown>> = {},
  headers: ReplyHeaders = {},
): Reply {
  const error = { code: status, ...members, message, title: titles[status] };
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      'WWW-Authenticate': status === 401 ? `Keystone uri="${identityUrl}"` : undefined,
      'Retry-After': status === 503 ? 1 : undefined,
      ...headers,
    },
    body: `${JSON.stringify({ error })}\n`,
  };
}
