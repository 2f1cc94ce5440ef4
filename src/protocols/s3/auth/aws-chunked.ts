/**
 * Owns taking an aws-chunked body apart, wherever its pieces were cut on the way: checks sizes, signatures and trailing
 * headers, and copies no data. Wrong bytes may be given out before they are found out; whoever keeps them must wait for the
 * end. (S3 API reference, "Transferring Payload in Multiple Chunks" and "Trailing headers".)
 *
 *     body     = *chunk last *trailer [CRLF]
 *     chunk    = size [";chunk-signature=" 64HEX] CRLF bytes CRLF
 *     last     = "0" [";chunk-signature=" 64HEX] CRLF
 *     trailer  = name ":" value (CRLF | LF)
 */
import { hex } from '../../../base/bytes.ts';
import { createHasher, type Hasher } from '../../../base/hash.ts';
import { s3Error } from '../errors.ts';
import type { ChunkSignatures } from './chunk-signatures.ts';

/** Bytes of one chunk header, and of all trailing headers together. */
const maxHeader = 1024;
const maxTrailers = 16 * 1024;

const signatureTrailer = 'x-amz-trailer-signature';

export interface ChunkedBody {
  /** Bytes the decoded body must have. */
  readonly length: number;
  /** Present when chunks are signed. */
  readonly signatures: ChunkSignatures | undefined;
  /** Lower-case names of the trailing headers that must come; undefined where the form of the body has none. */
  readonly announced: readonly string[] | undefined;
}

type State = 'header' | 'data' | 'data-end' | 'tail';

export class ChunkedDecoder {
  readonly trailers = new Map<string, string>();
  readonly #body: ChunkedBody;
  #state: State = 'header';
  /** The beginning of a line whose end has not come yet. */
  #line = '';
  /** Everything after the last chunk. */
  #tail = '';
  /** Bytes still to come in this chunk, and in the whole body. */
  #chunkLeft = 0;
  #bodyLeft: number;
  #hasher: Hasher | undefined;
  #signature = '';

  constructor(body: ChunkedBody) {
    this.#body = body;
    this.#bodyLeft = body.length;
  }

  /**
   * Takes the next piece of the body; gives out views of the data in it.
   * @throws S3Error InvalidRequest, IncompleteBody, SignatureDoesNotMatch, MalformedTrailerError
   */
  *push(bytes: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const data = bytes.subarray(at, at + this.#chunkLeft);
        at += data.length;
        this.#takeData(data);
        yield data;
      } else if (this.#state === 'tail') {
        this.#takeTail(bytes.subarray(at));
        at = bytes.length;
      } else {
        at = this.#takeLine(bytes, at);
      }
    }
  }

  /** To be called when the body has ended. @throws as `push` */
  end(): void {
    if (this.#state !== 'tail') throw s3Error('IncompleteBody', 'The body ended before its last chunk.');
    this.#readTrailers();
  }

  #takeLine(bytes: Uint8Array, start: number): number {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    if (this.#line.length + end - start > maxHeader) throw badChunk('is too long');
    this.#line += latin1(bytes.subarray(start, end));
    if (feed < 0) return end;
    if (!this.#line.endsWith('\r')) throw badChunk('must end with CRLF');
    const line = this.#line.slice(0, -1);
    this.#line = '';
    if (this.#state === 'header') this.#beginChunk(line);
    else if (line === '') this.#state = 'header';
    else throw badChunk('must follow its data after CRLF');
    return feed + 1;
  }

  #beginChunk(line: string): void {
    const { signatures } = this.#body;
    const parts = (signatures === undefined ? unsignedHeader : signedHeader).exec(line);
    if (parts === null) throw badChunk('is malformed');
    const size = Number.parseInt(parts[1] ?? '', 16);
    if (size > this.#bodyLeft) throw wrongLength();
    this.#signature = parts[2] ?? '';
    this.#hasher = signatures === undefined ? undefined : createHasher('sha256');
    this.#chunkLeft = size;
    if (size > 0) {
      this.#state = 'data';
      return;
    }
    if (this.#bodyLeft > 0) throw wrongLength();
    this.#checkSignature();
    this.#state = 'tail';
  }

  #takeData(data: Uint8Array): void {
    this.#hasher?.update(data);
    this.#chunkLeft -= data.length;
    this.#bodyLeft -= data.length;
    if (this.#chunkLeft > 0) return;
    this.#checkSignature();
    this.#state = 'data-end';
  }

  #checkSignature(): void {
    if (this.#hasher === undefined) return;
    this.#body.signatures?.checkChunk(hex(this.#hasher.digest()), this.#signature);
  }

  #takeTail(bytes: Uint8Array): void {
    if (this.#tail.length + bytes.length > maxTrailers) throw s3Error('MalformedTrailerError');
    this.#tail += latin1(bytes);
  }

  /** Clients differ in blank lines and in line ends, so neither means anything. */
  #readTrailers(): void {
    const lines = this.#tail.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    if (lines.pop() !== '') throw s3Error('MalformedTrailerError');
    for (const line of lines) {
      if (line !== '') this.#readTrailer(line);
    }
    const { announced = [], signatures } = this.#body;
    const signature = this.trailers.get(signatureTrailer);
    const signed = signatures !== undefined && this.#body.announced !== undefined;
    if (signed) this.trailers.delete(signatureTrailer);
    const names = new Set(announced);
    if (names.size !== this.trailers.size || announced.some((name) => !this.trailers.has(name))) {
      throw s3Error('MalformedTrailerError');
    }
    if (!signed) return;
    if (signature === undefined) throw s3Error('MalformedTrailerError');
    signatures.checkTrailers(this.trailers, signature);
  }

  #readTrailer(line: string): void {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!/^[a-z0-9-]+$/.test(name) || this.trailers.has(name)) throw s3Error('MalformedTrailerError');
    this.trailers.set(name, line.slice(colon + 1).trim());
  }
}

const signedHeader = /^([0-9a-fA-F]{1,13});chunk-signature=([0-9a-f]{64})$/;
/** Extensions of unsigned chunks mean nothing here. */
const unsignedHeader = /^([0-9a-fA-F]{1,13})(?:;.*)?$/;

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function badChunk(reason: string) {
  return s3Error('InvalidRequest', `The body is not valid aws-chunked: the header of a chunk ${reason}.`);
}

function wrongLength() {
  return s3Error(
    'IncompleteBody',
    'The body does not have the number of bytes given in x-amz-decoded-content-length.',
  );
}
