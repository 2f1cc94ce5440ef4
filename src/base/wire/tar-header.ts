/** Owns what the headers of a tar archive say: the fields of a header block, and pax records. Refuses what is damaged. */

/** What was read is no archive, or a damaged one; the message says why. */
export class TarError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'TarError';
  }
}

/** One header block. */
export interface Header {
  readonly path: Buffer;
  readonly size: number;
  readonly type: string;
}

/** @throws TarError */
export function readHeader(block: Buffer): Header {
  let unsigned = 0;
  let signed = 0;
  for (const [at, byte] of block.entries()) {
    const counted = at >= 148 && at < 156 ? 0x20 : byte;
    unsigned += counted;
    signed += counted > 127 ? counted - 256 : counted;
  }
  const sum = readNumber(block.subarray(148, 156));
  if (sum !== unsigned && sum !== signed) throw new TarError('bad checksum');
  const name = upToNul(block.subarray(0, 100));
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? upToNul(block.subarray(345, 500)) : Buffer.alloc(0);
  const path = prefix.length === 0 ? Buffer.from(name) : Buffer.concat([prefix, Buffer.from('/'), name]);
  return { path, size: readNumber(block.subarray(124, 136)), type: block.toString('latin1', 156, 157) };
}

/** Octal digits, or GNU's base 256 behind a set first bit. */
function readNumber(field: Buffer): number {
  if ((field[0] ?? 0) >= 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, (field[0] ?? 0) & 0x7f);
    if (!Number.isSafeInteger(value)) throw new TarError('invalid header');
    return value;
  }
  const text = upToNul(field).toString('latin1').trim();
  if (!/^[0-7]*$/.test(text)) throw new TarError('invalid header');
  return Number.parseInt(text || '0', 8);
}

/** A field as C writes text. */
export function upToNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** `length key=value\n`, again and again, into `records`; no value takes a record away. @throws TarError */
export function readRecords(bytes: Buffer, records: Map<string, Buffer>): void {
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const digits = /^([1-9]\d{0,7}) /.exec(bytes.toString('latin1', at, at + 9))?.[1] ?? '';
    const end = at + Number(digits);
    const equals = bytes.indexOf('=', at + digits.length + 1);
    if (digits === '' || end > bytes.length || bytes[end - 1] !== 0x0a || equals < 0 || equals >= end) {
      throw new TarError('invalid header');
    }
    const key = bytes.toString('utf8', at + digits.length + 1, equals);
    if (equals + 1 === end - 1) records.delete(key);
    else records.set(key, bytes.subarray(equals + 1, end - 1));
    at = end;
  }
}
