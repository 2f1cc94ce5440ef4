/**
 * Owns the request and the answers of temporary credentials (reference 7.2): KakaoCloud's JSON body or the form of AWS's security token
 * service, in; that service's documents, out. Refuses parameters that would narrow the rights, rather than give more than was asked for.
 */
import { isoSeconds } from '../../../base/http/http-date.ts';
import { Query } from '../../../base/http/query.ts';
import type { Reply } from '../../../base/http/reply.ts';
import { element, xmlDocument } from '../../../base/wire/xml.ts';
import { type Session, sessionSeconds } from '../../../core/identity/sessions.ts';
import { readJsonObject } from '../../json-body.ts';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
const action = 'AssumeRoleWithWebIdentity';
/** The one issuer of tokens, by the name the original service gives it. */
const provider = 'iam.kakaocloud.com';

export type StsErrorCode = 'InvalidParameter' | 'InvalidIdentityToken' | 'AccessDenied' | 'NotImplemented';

/** A request that cannot be granted, in the words of the answer. */
export class StsError extends Error {
  readonly status: number;
  readonly code: StsErrorCode;
  constructor(status: number, code: StsErrorCode, message: string) {
    super(message);
    this.name = 'StsError';
    this.status = status;
    this.code = code;
  }
}

export interface StsRequest {
  readonly token: string;
  readonly seconds: number;
  /** Who the client wants to be called; only the form has it. */
  readonly role?: { readonly arn: string; readonly session: string };
}

const invalid = (message: string) => new StsError(400, 'InvalidParameter', message);

/** `contentType` decides the form; without one a body that begins with a brace is JSON, as the original's sample. @throws StsError */
export function readStsRequest(bytes: Buffer, contentType: string | undefined): StsRequest {
  const form = (contentType ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded');
  const json = !form || bytes.toString('latin1', 0, 64).trimStart().startsWith('{');
  return requestOf(json ? jsonFields(bytes) : formFields(bytes));
}

type Fields = ReadonlyMap<string, unknown>;

function jsonFields(bytes: Buffer): Fields {
  const read = readJsonObject(bytes);
  if (!read.ok) throw invalid('The body must be a JSON object or a form.');
  return new Map(Object.entries(read.value));
}

function formFields(bytes: Buffer): Fields {
  try {
    const fields = new Map<string, unknown>(new Query(bytes.toString('latin1').trim()).entries);
    const seconds = fields.get('DurationSeconds');
    // A form has only texts; what is a number in it becomes one, as JSON has it.
    if (typeof seconds === 'string' && /^\d{1,9}$/.test(seconds))
      fields.set('DurationSeconds', Number(seconds));
    return fields;
  } catch {
    throw invalid('The body is not a valid form.');
  }
}

function requestOf(fields: Fields): StsRequest {
  if (fields.get('Action') !== action) throw invalid(`Action must be ${action}.`);
  const issuer = fields.get('ProviderId');
  if (issuer !== undefined && issuer !== provider) throw invalid(`ProviderId must be ${provider}.`);
  const narrowing = [...fields.keys()].find((name) => /^Policy(?:Arns\b|$)/.test(name));
  if (narrowing !== undefined) throw new StsError(501, 'NotImplemented', `${narrowing} is not implemented.`);
  const token = fields.get('WebIdentityToken');
  if (typeof token !== 'string' || token === '') throw invalid('WebIdentityToken is required.');
  const seconds = fields.get('DurationSeconds') ?? sessionSeconds.usual;
  const { min, max } = sessionSeconds;
  if (!Number.isInteger(seconds) || Number(seconds) < min || Number(seconds) > max) {
    throw invalid(`DurationSeconds must be a whole number from ${min} to ${max}.`);
  }
  const [arn, session] = [fields.get('RoleArn'), fields.get('RoleSessionName')];
  const named = typeof arn === 'string' && typeof session === 'string';
  return { token, seconds: Number(seconds), ...(named ? { role: { arn, session } } : {}) };
}

export function stsReply(session: Session, { role }: StsRequest, requestId: string): Reply {
  const result = element(`${action}Result`, [
    element('SubjectFromWebIdentityToken', session.userId),
    role === undefined
      ? undefined
      : element('AssumedRoleUser', [
          element('Arn', role.arn),
          element('AssumedRoleId', `${session.userId}:${role.session}`),
        ]),
    element('Credentials', [
      element('SessionToken', session.token),
      element('SecretAccessKey', session.secret),
      element('Expiration', isoSeconds(session.expiresAt)),
      element('AccessKeyId', session.access),
    ]),
    element('Provider', provider),
  ]);
  const metadata = element('ResponseMetadata', [element('RequestId', requestId)]);
  return document(200, element(`${action}Response`, [result, metadata], { xmlns: namespace }));
}

export function stsErrorReply({ status, code, message }: StsError, requestId: string): Reply {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = element('Error', [element('Type', type), element('Code', code), element('Message', message)]);
  return document(
    status,
    element('ErrorResponse', [error, element('RequestId', requestId)], { xmlns: namespace }),
  );
}

function document(status: number, root: ReturnType<typeof element>): Reply {
  return { status, headers: { 'Content-Type': 'text/xml' }, body: xmlDocument(root) };
}
