/** Owns turning the bytes on the wire into the bytes a client meant, checked against what it announced while they are read. */
import { hex } from '../../../base/bytes.ts';
import { createHasher } from '../../../base/hash.ts';
import type { RequestView } from '../../../base/http/request-view.ts';
import type { ByteStream } from '../../../base/streams/byte-stream.ts';
import { CoreError } from '../../../core/errors.ts';
import type { BodyStream } from '../../operation.ts';
import { plainBody } from '../../protocol.ts';
import { announcedTrailers, bindIntegrity, type IntegrityPlan } from '../checksum-headers.ts';
import { s3Error } from '../errors.ts';
import { ChunkedDecoder } from './aws-chunked.ts';
import type { ChunkSignatures } from './chunk-signatures.ts';
import { type PayloadForm, parseDecodedLength } from './payload-form.ts';

export type DecodeBody = (raw: ByteStream) => BodyStream;

/**
 * How the body of `request` is to be read. `signatures` starts the chain of a signed request's chunks.
 * @throws S3Error for what is wrong before the first byte: MissingContentLength, InvalidArgument, InvalidRequest
 */
export function payloadDecoder(
  request: RequestView,
  form: PayloadForm,
  signatures: (() => ChunkSignatures) | undefined,
): DecodeBody {
  const plainLength = () => request.contentLength ?? (request.chunked ? undefined : 0);
  switch (form.kind) {
    case 'plain':
      return (raw) => plainBody(raw, plainLength());
    case 'digest':
      return (raw) => plainBody(checkSha256(raw, form.sha256), plainLength());
    case 'chunked': {
      const length = parseDecodedLength(request);
      if (form.signed && signatures === undefined) {
        throw s3Error('InvalidRequest', 'Signed chunks need a signed request.');
      }
      const announced = form.trailers ? announcedTrailers(request) : undefined;
      return (raw) => {
        const chain = form.signed ? signatures?.() : undefined;
        const decoder = new ChunkedDecoder({ length, signatures: chain, announced });
        const bytes = decodeChunks(raw, decoder);
        return { length, trailers: decoder.trailers, [Symbol.asyncIterator]: () => bytes };
      };
    }
  }
}

/** Closes the gaps that chunk headers leave, because large pieces are cheaper to hash and to write than many small ones. */
async function* decodeChunks(raw: ByteStream, decoder: ChunkedDecoder): AsyncGenerator<Uint8Array> {
  for await (const piece of raw) {
    let length = 0;
    for (const data of decoder.push(piece)) {
      if (data.byteOffset !== piece.byteOffset + length) piece.set(data, length);
      length += data.length;
    }
    if (length > 0) yield piece.subarray(0, length);
  }
  decoder.end();
}

async function* checkSha256(raw: ByteStream, expected: string): AsyncGenerator<Uint8Array> {
  const hasher = createHasher('sha256');
  for await (const chunk of raw) {
    hasher.update(chunk);
    yield chunk;
  }
  const computed = hex(hasher.digest());
  if (computed !== expected) {
    throw s3Error('XAmzContentSHA256Mismatch', undefined, {
      ClientComputedContentSHA256: expected,
      S3ComputedContentSHA256: computed,
    });
  }
}

/**
 * `body`, compared at its end with every digest of `plan`: for documents, which core never sees as streams.
 * @throws (while read) CoreError BadDigest; S3Error for trailers that are no digests
 */
export function checkDigests(body: BodyStream, plan: IntegrityPlan): BodyStream {
  const { expected } = bindIntegrity(plan, body);
  if (expected.length === 0) return body;
  const checked = compareAtEnd(body, expected);
  return { length: body.length, trailers: body.trailers, [Symbol.asyncIterator]: () => checked };
}

async function* compareAtEnd(
  body: BodyStream,
  expected: ReturnType<typeof bindIntegrity>['expected'],
): AsyncGenerator<Uint8Array> {
  const hashers = expected.map(({ algorithm }) => createHasher(algorithm));
  for await (const chunk of body) {
    for (const hasher of hashers) hasher.update(chunk);
    yield chunk;
  }
  for (const [index, { algorithm, value }] of expected.entries()) {
    const announced = typeof value === 'function' ? value() : value;
    if (hashers[index]?.digest().equals(announced) !== true) {
      throw new CoreError('BadDigest', { digest: algorithm });
    }
  }
}
