/**
 * Owns finding out who sends an S3 request: verifies its signature against the access key's secret, before any byte of the
 * body, and sets up the checks of the body. Knows Signature Version 4 alone; `X-Auth-Token` is no proof here.
 */
import type { RequestView } from '../../../base/http/request-view.ts';
import {
  type Claim,
  canonicalRequest,
  joinHeaders,
  type SigningKey,
  sameSignature,
  sign,
  stringToSign,
} from '../../../base/wire/sigv4.ts';
import type { UserActor } from '../../../core/actor.ts';
import type { Core } from '../../../core/core.ts';
import { s3KeyOf } from '../../../core/identity/authenticate.ts';
import { sessionKeyOf } from '../../../core/identity/sessions.ts';
import type { AnyOperation } from '../../operation.ts';
import type { Authenticated } from '../../protocol.ts';
import { type IntegrityPlan, parseIntegrityHeaders, parseMd5Header } from '../checksum-headers.ts';
import { s3Error } from '../errors.ts';
import type { S3View } from '../request.ts';
import { ChunkSignatures } from './chunk-signatures.ts';
import { claimFromHeader } from './header-authorization.ts';
import { checkDigests, type DecodeBody, payloadDecoder } from './payload.ts';
import { parsePayloadForm } from './payload-form.ts';
import { claimFromQuery, hasQuerySignature } from './presigned.ts';
import { SigningKeys } from './signing-keys.ts';

/** Access key, day and region pairs whose signing keys are remembered. */
const rememberedKeys = 1000;

/** Signing keys live as long as the core they were made for. */
const signingKeysOf = new WeakMap<Core, SigningKeys>();

interface Signer {
  readonly actor: UserActor;
  readonly signingKey: SigningKey;
}

/**
 * Who sends `view`, and how its body is to be read. Without a signature: the anonymous actor.
 * @throws S3Error for every signature that does not hold, and for body headers that cannot be served
 */
export async function authenticateS3(
  core: Core,
  view: S3View,
  operation: Pick<AnyOperation<S3View, unknown>, 'name' | 'body'>,
): Promise<Authenticated> {
  const { request } = view;
  const claim = readClaim(request);
  const signer = claim === undefined ? undefined : await verify(core, request, claim);
  const signatures =
    claim !== undefined && signer !== undefined
      ? () => new ChunkSignatures(claim, signer.signingKey)
      : undefined;
  return {
    actor: signer?.actor ?? { kind: 'anonymous', address: request.address },
    decodeBody: bodyDecoder(view, operation, claim?.payload, signatures),
  };
}

/** The claim a request makes; undefined when it makes none. */
function readClaim(request: RequestView): Claim | undefined {
  const authorization = request.header('authorization');
  const inQuery = request.rawQuery !== '' && hasQuerySignature(request.query);
  if (authorization !== undefined && inQuery) {
    throw s3Error(
      'InvalidArgument',
      'Only one auth mechanism allowed; give either a signature in the query or the Authorization header.',
      { ArgumentName: 'Authorization' },
    );
  }
  if (authorization !== undefined) return claimFromHeader(request, authorization);
  return inQuery ? claimFromQuery(request) : undefined;
}

/** Believes a claim only when its signature is the one its key makes over this request. */
async function verify(core: Core, request: RequestView, claim: Claim): Promise<Signer> {
  const headers = request.repeatedHeaders.size === 0 ? request.headers : joinHeaders(request.rawHeaders);
  refuseUnsignedHeaders(headers, claim);
  const key = await keyOf(core, request, claim.access);
  const signingKey = signingKeys(core).get(claim.access, key.secret, claim.scope);
  const parts = { method: request.method, path: request.path, query: request.query, headers };
  const text = stringToSign(claim, canonicalRequest(parts, claim, 'fold'));
  if (!sameSignature(sign(signingKey, text), claim.signature)) {
    const kept = stringToSign(claim, canonicalRequest(parts, claim, 'keep'));
    if (kept === text || !sameSignature(sign(signingKey, kept), claim.signature)) {
      throw s3Error('SignatureDoesNotMatch', undefined, {
        AWSAccessKeyId: claim.access,
        StringToSign: text,
      });
    }
  }
  return { actor: key.actor, signingKey };
}

function signingKeys(core: Core): SigningKeys {
  let keys = signingKeysOf.get(core);
  if (keys === undefined) {
    keys = new SigningKeys(rememberedKeys);
    signingKeysOf.set(core, keys);
  }
  return keys;
}

/**
 * The key that must have signed: of a session when the request shows the session's token, else one that lasts.
 * @throws S3Error InvalidAccessKeyId, InvalidToken, ExpiredToken
 */
async function keyOf(
  core: Core,
  request: RequestView,
  access: string,
): Promise<{ readonly secret: string; readonly actor: UserActor }> {
  const token = request.header('x-amz-security-token') ?? request.query.get('X-Amz-Security-Token');
  if (token === undefined) {
    const key = await s3KeyOf(core, access, request.address);
    if (key === undefined) throw s3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: access });
    return key;
  }
  const session = await sessionKeyOf(core, { access, token, address: request.address });
  if (!session.alive) throw s3Error(session.expired ? 'ExpiredToken' : 'InvalidToken');
  return session;
}

/**
 * Host and every `x-amz-*` header must be signed, or they could be changed on the way. The payload's digest is part of the
 * canonical request in its own right.
 */
function refuseUnsignedHeaders(headers: ReadonlyMap<string, string>, claim: Claim): void {
  const signed = new Set(claim.signedHeaders.map((name) => name.toLowerCase()));
  const unsigned: string[] = signed.has('host') ? [] : ['host'];
  for (const name of headers.keys()) {
    if (name.startsWith('x-amz-') && name !== 'x-amz-content-sha256' && !signed.has(name))
      unsigned.push(name);
  }
  if (unsigned.length > 0) {
    throw s3Error('AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: unsigned.join(', '),
    });
  }
}

/** Operations without a body read none; documents are checked here, streams by who stores them. */
function bodyDecoder(
  view: S3View,
  operation: Pick<AnyOperation<S3View, unknown>, 'name' | 'body'>,
  claimed: string | undefined,
  signatures: (() => ChunkSignatures) | undefined,
): DecodeBody {
  const form = parsePayloadForm(view.request, claimed);
  if (operation.body.kind === 'none') {
    return payloadDecoder(view.request, { kind: 'plain' }, undefined);
  }
  const decode = payloadDecoder(view.request, form, signatures);
  if (operation.body.kind === 'stream') return decode;
  const plan = documentIntegrity(view, operation.name);
  return (raw) => checkDigests(decode(raw), plan);
}

/** Documents that carry an object's checksum in the headers where others carry their own. */
const checksumIsTheObjects = new Set(['CompleteMultipartUpload']);

function documentIntegrity(view: S3View, operation: string): IntegrityPlan {
  return checksumIsTheObjects.has(operation) ? parseMd5Header(view) : parseIntegrityHeaders(view);
}
