/**
 * Owns reading multipart bodies (RFC 2046 5.1, RFC 7578) as they come: one part after the other, no part in memory. Strict: nothing
 * before the first boundary or behind the last, no blanks behind a boundary, no folded headers. Refuses to know what parts mean.
 */
import type { ByteStream } from '../streams/byte-stream.ts';

/** Not a multipart body of this boundary. */
export class MultipartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MultipartError';
  }
}

export interface MultipartPart {
  /** By lower-case name, decoded as UTF-8. */
  readonly headers: ReadonlyMap<string, string>;
  /** To be read before the next part is asked for; what is left unread is passed over. */
  readonly body: ByteStream;
}

/** Of all headers of a part together, in bytes. */
const mostHeaderBytes = 8192;

/** The boundary in a Content-Type; undefined when it is no multipart or has none that could be. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\//i.test(contentType.trim())) return undefined;
  const [, quoted, plain] = /;\s*boundary=(?:"([^"\\]*)"|([^\s;"]+))\s*(?:;|$)/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain ?? '';
  return /^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/.test(boundary) ? boundary : undefined;
}

/**
 * The parts of `source`, in order. At the end everything has been read; left early, the source is closed.
 * @throws MultipartError, also from the body of a part; whatever `source` throws
 */
export async function* readMultipart(source: ByteStream, boundary: string): AsyncGenerator<MultipartPart> {
  const input = new MultipartInput(source, boundary);
  try {
    for (let more = await input.begin(); more; more = await input.pass()) {
      const headers = await input.headers();
      yield { headers, body: input.body() };
    }
    await input.end();
  } finally {
    await input.close();
  }
}

/** Where in the source the reader is. */
class MultipartInput {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #delimiter: Buffer;
  /** Unread bytes: a part of the chunk that the source has lent, or bytes of our own. */
  #rest: Buffer = Buffer.alloc(0);
  #inBody = false;

  constructor(source: ByteStream, boundary: string) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  /** Behind the first boundary. Answers whether parts follow: a body of none is the last boundary alone. */
  async begin(): Promise<boolean> {
    const first = await this.#take(this.#delimiter.length - 2);
    if (!first.equals(this.#delimiter.subarray(2)))
      throw new MultipartError('does not begin with its boundary');
    return this.#goesOn();
  }

  /** Passes over what is left of a part. Answers whether another one follows. */
  async pass(): Promise<boolean> {
    for await (const _ of this.body());
    return this.#goesOn();
  }

  async headers(): Promise<Map<string, string>> {
    const headers = new Map<string, string>();
    let bytes = 0;
    for (;;) {
      const line = await this.#line(mostHeaderBytes - bytes);
      if (line === '') break;
      bytes += Buffer.byteLength(line) + 2;
      const [, name = '', value = ''] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
      if (name === '') throw new MultipartError('has a header that is none');
      if (headers.has(name.toLowerCase())) throw new MultipartError(`has a part with two headers ${name}`);
      headers.set(name.toLowerCase(), value);
    }
    this.#inBody = true;
    return headers;
  }

  /** What is left of the part under way, up to the boundary. */
  async *body(): AsyncGenerator<Uint8Array> {
    while (this.#inBody) {
      const at = this.#rest.indexOf(this.#delimiter);
      const length = at < 0 ? this.#rest.length - this.#begun() : at;
      const piece = this.#rest.subarray(0, length);
      if (at >= 0) {
        this.#inBody = false;
        this.#rest = this.#rest.subarray(at + this.#delimiter.length);
      } else {
        this.#rest = this.#rest.subarray(length);
      }
      if (piece.length > 0) yield piece;
      if (at < 0) await this.#more();
    }
  }

  /** Behind the last boundary: a line's end at most. */
  async end(): Promise<void> {
    const tail: Buffer[] = [Buffer.from(this.#rest)];
    let length = this.#rest.length;
    while (length <= 2) {
      const { done, value } = await this.#iterator.next();
      if (done) break;
      length += value.length;
      tail.push(Buffer.from(value));
    }
    if (length > 0 && Buffer.concat(tail).toString('latin1') !== '\r\n') {
      throw new MultipartError('goes on behind its last boundary');
    }
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  /** Whether a boundary begins a part; else it is the last. */
  async #goesOn(): Promise<boolean> {
    const mark = (await this.#take(2)).toString('latin1');
    if (mark !== '\r\n' && mark !== '--') throw new MultipartError('has a boundary that goes on');
    return mark === '\r\n';
  }

  /** Without its end. */
  async #line(most: number): Promise<string> {
    for (;;) {
      const at = this.#rest.indexOf('\r\n');
      if (at > most || (at < 0 && this.#rest.length > most + 1)) {
        throw new MultipartError(`has a part with more than ${mostHeaderBytes} bytes of headers`);
      }
      if (at >= 0) return utf8((await this.#take(at + 2)).subarray(0, at));
      await this.#more();
    }
  }

  /** The next `length` bytes. */
  async #take(length: number): Promise<Buffer> {
    while (this.#rest.length < length) await this.#more();
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  /** How many of the last bytes may be the beginning of a boundary: of its bytes only the first is a carriage return. */
  #begun(): number {
    const at = this.#rest.lastIndexOf(0x0d);
    const length = this.#rest.length - at;
    if (at < 0 || length >= this.#delimiter.length) return 0;
    return this.#rest.subarray(at).equals(this.#delimiter.subarray(0, length)) ? length : 0;
  }

  /** Adds the next chunk to what is unread, which is copied first: the source may use its memory again. */
  async #more(): Promise<void> {
    const kept = this.#rest.length > 0 ? Buffer.from(this.#rest) : this.#rest;
    const { done, value } = await this.#iterator.next();
    if (done) throw new MultipartError('ends before its last boundary');
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#rest = kept.length > 0 ? Buffer.concat([kept, chunk]) : chunk;
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new MultipartError('has a header that is not UTF-8');
  }
}
