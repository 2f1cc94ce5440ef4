/**
 * Owns the ways in which S3 bodies travel, named by `x-amz-content-sha256`. (S3 API reference, "Using the Authorization
 * Header", values of that header.)
 */
import type { RequestView } from '../../../base/http/request-view.ts';
import { s3Error } from '../errors.ts';

/** Plain bytes; bytes whose SHA-256 is known; or aws-chunked, with or without signatures and trailing headers. */
export type PayloadForm =
  | { readonly kind: 'plain' }
  | { readonly kind: 'digest'; readonly sha256: string }
  | { readonly kind: 'chunked'; readonly signed: boolean; readonly trailers: boolean };

export const unsignedPayload = 'UNSIGNED-PAYLOAD';

const unsignedChunks: PayloadForm = { kind: 'chunked', signed: false, trailers: true };

const forms: Readonly<Record<string, PayloadForm>> = {
  [unsignedPayload]: { kind: 'plain' },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': unsignedChunks,
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { kind: 'chunked', signed: true, trailers: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { kind: 'chunked', signed: true, trailers: true },
};

/**
 * The form of the body that follows. `claimed` is what a signature says of the payload; undefined for anonymous requests.
 * Where it says nothing, the header does.
 * @throws S3Error InvalidArgument, NotImplemented
 */
export function parsePayloadForm(request: RequestView, claimed: string | undefined): PayloadForm {
  const name = 'x-amz-content-sha256';
  const text =
    claimed === undefined || claimed === unsignedPayload
      ? (request.header(name) ?? unsignedPayload)
      : claimed;
  const form = forms[text];
  // SDKs send trailers without this header when they do not sign the request by header.
  if (form?.kind === 'plain' && isChunked(request)) return unsignedChunks;
  if (form !== undefined) return form;
  if (/^[0-9a-f]{64}$/i.test(text)) return { kind: 'digest', sha256: text.toLowerCase() };
  if (/^STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD(-TRAILER)?$/.test(text)) {
    throw s3Error('NotImplemented', `${text} is not implemented.`);
  }
  throw s3Error(
    'InvalidArgument',
    `${name} must be ${Object.keys(forms).join(', ')} or a SHA-256 digest in hex.`,
    { ArgumentName: name, ArgumentValue: text },
  );
}

function isChunked(request: RequestView): boolean {
  return (
    request.header('x-amz-decoded-content-length') !== undefined &&
    /(^|,)\s*aws-chunked\s*(,|$)/i.test(request.header('content-encoding') ?? '')
  );
}

/** Bytes in an aws-chunked body once decoded. @throws S3Error MissingContentLength, InvalidArgument */
export function parseDecodedLength(request: RequestView): number {
  const name = 'x-amz-decoded-content-length';
  const text = request.header(name);
  if (text === undefined) throw s3Error('MissingContentLength', `The header ${name} is missing.`);
  const length = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(length)) {
    throw s3Error('InvalidArgument', `${name} must be a number of bytes.`, {
      ArgumentName: name,
      ArgumentValue: text,
    });
  }
  return length;
}
