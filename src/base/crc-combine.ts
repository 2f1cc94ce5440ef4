/**
 * Owns the joining of CRCs: the checksum of two byte strings in a row from their checksums and the second one's length, without
 * their bytes. S3 needs it for FULL_OBJECT checksums of multipart uploads.
 *
 * A CRC is a remainder of polynomials over GF(2), so crc(A B) = crc(A) * x^(8 * length of B) + crc(B) modulo the generator; the
 * inversions at both ends cancel out. About 10 microseconds a call, so ten thousand parts are joined in a tenth of a second.
 */

export type CrcAlgorithm = 'crc32' | 'crc32c' | 'crc64nvme';

/**
 * A polynomial of degree below 32 or 64 as one or two 32-bit words, lowest powers first: x^0 is the top bit of word 0, as in
 * the bytes of a reflected CRC written big-endian.
 */
type Polynomial = Uint32Array;

interface Field {
  /** The generator without its highest power. */
  readonly generator: Polynomial;
  /** `shifts[k]` is x^(8 * 2^k), the shift by 2^k bytes; grows as longer parts appear. */
  readonly shifts: Polynomial[];
}

const fields: Readonly<Record<CrcAlgorithm, Field>> = {
  crc32: field(0xedb88320),
  crc32c: field(0x82f63b78),
  crc64nvme: field(0x9a6c9329, 0xac4bc9b5),
};

function field(...words: number[]): Field {
  const oneByte = new Uint32Array(words.length);
  oneByte[0] = 1 << 23;
  return { generator: Uint32Array.from(words), shifts: [oneByte] };
}

/**
 * The checksum of the bytes behind `first` followed by the bytes behind `second`.
 * @param first big-endian checksum, 4 or 8 bytes by `algorithm`
 * @param second likewise
 * @param secondLength the number of bytes behind `second`, not negative
 * @throws RangeError when a checksum has the wrong size or the length is negative
 */
export function combineCrc(
  algorithm: CrcAlgorithm,
  first: Buffer,
  second: Buffer,
  secondLength: number | bigint,
): Buffer {
  const { generator, shifts } = fields[algorithm];
  const bytes = generator.length * 4;
  if (first.length !== bytes || second.length !== bytes)
    throw new RangeError(`${algorithm} has ${bytes} bytes`);
  if (secondLength < 0) throw new RangeError('a length is not negative');
  let crc = read(first);
  let rest = BigInt(secondLength);
  for (let power = 0; rest > 0n; power++, rest >>= 1n) {
    const shift = shiftBy(power, generator, shifts);
    if (rest & 1n) crc = multiply(crc, shift, generator);
  }
  return write(crc, second);
}

/** x^(8 * 2^power), by squaring the last known one. */
function shiftBy(power: number, generator: Polynomial, shifts: Polynomial[]): Polynomial {
  let last = shifts[shifts.length - 1] ?? generator;
  while (shifts.length <= power) {
    last = multiply(last, last, generator);
    shifts.push(last);
  }
  return shifts[power] ?? last;
}

/** The product of `a` and `b` modulo the generator: for each power of x in `a`, from the lowest, adds `b` times that power. */
function multiply(a: Polynomial, b: Polynomial, generator: Polynomial): Polynomial {
  const product = new Uint32Array(a.length);
  const shifted = Uint32Array.from(b);
  for (const word of a) {
    for (let bit = 31; bit >= 0; bit--) {
      if ((word >>> bit) & 1) add(product, shifted);
      timesX(shifted, generator);
    }
  }
  return product;
}

function add(target: Polynomial, other: Polynomial): void {
  for (let at = 0; at < target.length; at++) target[at] = (target[at] ?? 0) ^ (other[at] ?? 0);
}

function timesX(target: Polynomial, generator: Polynomial): void {
  let carry = 0;
  for (let at = 0; at < target.length; at++) {
    const word = target[at] ?? 0;
    target[at] = (word >>> 1) | (carry << 31);
    carry = word & 1;
  }
  if (carry) add(target, generator);
}

function read(crc: Buffer): Polynomial {
  return Uint32Array.from({ length: crc.length / 4 }, (_, at) => crc.readUInt32BE(at * 4));
}

/** `crc` plus the polynomial of `other`, as bytes. */
function write(crc: Polynomial, other: Buffer): Buffer {
  const bytes = Buffer.from(other);
  crc.forEach((word, at) => {
    bytes.writeUInt32BE((word ^ other.readUInt32BE(at * 4)) >>> 0, at * 4);
  });
  return bytes;
}
