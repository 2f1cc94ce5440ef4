/**
 * Owns the chain of signatures over an aws-chunked body: each covers the one before, the first covers that of the request.
 * (S3 API reference, "Transferring Payload in Multiple Chunks" and "Trailing headers".)
 */

import {
  type Claim,
  type SigningKey,
  sameSignature,
  scopeText,
  sha256Hex,
  sign,
} from '../../../base/wire/sigv4.ts';
import { s3Error } from '../errors.ts';

const emptyDigest = sha256Hex('');

export class ChunkSignatures {
  readonly #signingKey: SigningKey;
  /** Timestamp and scope, as all strings to sign have them. */
  readonly #context: string;
  #previous: string;

  /** `claim` is that of the request, already verified with `signingKey`. */
  constructor(claim: Claim, signingKey: SigningKey) {
    this.#signingKey = signingKey;
    this.#context = `${claim.timestamp}\n${scopeText(claim.scope)}`;
    this.#previous = claim.signature;
  }

  /** `digest`: SHA-256 of the chunk's bytes in hex. @throws S3Error SignatureDoesNotMatch */
  checkChunk(digest: string, signature: string): void {
    this.#check(
      `AWS4-HMAC-SHA256-PAYLOAD\n${this.#context}\n${this.#previous}\n${emptyDigest}\n${digest}`,
      signature,
    );
  }

  /** The trailing headers by lower-case name, one character per byte. @throws S3Error SignatureDoesNotMatch */
  checkTrailers(trailers: ReadonlyMap<string, string>, signature: string): void {
    const text = [...trailers.keys()]
      .sort()
      .map((name) => `${name}:${trailers.get(name)}\n`)
      .join('');
    this.#check(
      `AWS4-HMAC-SHA256-TRAILER\n${this.#context}\n${this.#previous}\n${sha256Hex(text)}`,
      signature,
    );
  }

  #check(text: string, signature: string): void {
    const expected = sign(this.#signingKey, text);
    if (!sameSignature(expected, signature)) throw s3Error('SignatureDoesNotMatch');
    this.#previous = expected;
  }
}
