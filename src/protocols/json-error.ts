/**
 * Failures at the doors that answer `{"error":{"code","message"}}` (reference, sections 1 and 10): the failure only a door knows, the
 * printer, the form. Statuses, codes and what is said differently are each door's table.
 */
import { MalformedTarget } from '../base/http/query.ts';
import { json, type Reply, type ReplyHeaders } from '../base/http/reply.ts';
import { CoreError, type CoreErrorCode, type CoreErrorDetails, isCoreError } from '../core/errors.ts';
import { type Failure, ProtocolError } from './failure.ts';
import { failureMessages } from './failure-messages.ts';

interface DoorErrorOptions {
  /** Absent: the door's code for the status. */
  readonly code?: string;
  readonly headers?: ReplyHeaders;
}

/** A failure only a door knows: a wrong header or body, a path or method that is not there. Each door has its own subclass. */
export abstract class JsonDoorError<Status extends number = number> extends ProtocolError {
  readonly status: Status;
  readonly code: string | undefined;
  readonly headers: ReplyHeaders;

  constructor(status: Status, message: string, { code, headers = {} }: DoorErrorOptions = {}) {
    super(message);
    this.name = new.target.name;
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

interface Exact<Status, C extends CoreErrorCode> {
  readonly status: Status;
  /** Absent: the door's code for the status. */
  readonly code?: string;
  /** Absent: what all doors say. */
  readonly message?: (details: CoreErrorDetails[C]) => string;
}

/** One row for each code of the core, so that a new code does not compile without one. A row of 500 tells nothing but that. */
export type JsonDoorRows<Status extends number> = {
  readonly [C in CoreErrorCode]: Status | Exact<Status, C>;
};

/** `codes`: status to the code that goes with it where nothing more exact is known. */
export interface JsonDoor<Status extends number> {
  readonly codes: Readonly<Record<Status, string>>;
  readonly rows: JsonDoorRows<Status>;
}

/** Prints any failure as the door's table has it. `challenge`: the proof that a refusal with 401 asks for (RFC 9110 11.6.1). */
export function failurePrinter<Status extends number>(door: JsonDoor<Status>) {
  return function print(error: Failure, challenge: string): Reply {
    if (error instanceof MalformedTarget) {
      return jsonError(400, { code: 'BadRequest', message: error.message }, challenge);
    }
    if (error instanceof JsonDoorError) {
      const code = error.code ?? door.codes[error.status as Status];
      return jsonError(error.status, { code, message: error.message }, challenge, error.headers);
    }
    const failure = error instanceof CoreError ? error : new CoreError('Internal', { reason: error.message });
    return fromRow(door, withProofAskedFor(failure), challenge);
  };
}

/** Nobody's request is refused for want of proof, not of rights. */
function withProofAskedFor(error: CoreError): CoreError {
  return isCoreError(error, 'AccessDenied') && error.details.anonymous
    ? new CoreError('Unauthenticated', { reason: 'anonymous' })
    : error;
}

function fromRow<Status extends number, C extends CoreErrorCode>(
  { codes, rows }: JsonDoor<Status>,
  error: CoreError<C>,
  challenge: string,
): Reply {
  const row: Status | Exact<Status, C> = rows[error.code];
  const { status, code, message }: Exact<Status, C> = typeof row === 'number' ? { status: row } : row;
  const text =
    status === 500
      ? failureMessages.Internal({ reason: '' })
      : (message ?? failureMessages[error.code])(error.details);
  return jsonError(status, { code: code ?? codes[status], message: text }, challenge);
}

/** The form itself. */
export function jsonError(
  status: number,
  { code, message }: { readonly code: string; readonly message: string },
  challenge: string,
  headers: ReplyHeaders = {},
): Reply {
  return json(
    status,
    { error: { code, message } },
    {
      ...headers,
      'WWW-Authenticate': status === 401 ? challenge : undefined,
      'Retry-After': status === 503 ? 1 : undefined,
    },
  );
}

/** Of the doors that take tokens. `origin` is where the client found us: it says which identity service issues them. */
export function tokenChallenge(origin: string): string {
  return `Keystone uri="${origin}/identity"`;
}
