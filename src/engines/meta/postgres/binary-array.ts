/**
 * Owns PostgreSQL's binary form of one-dimensional arrays, as parameters: half the bytes of the text form, and no
 * quoting. Refuses everything but bytea and bigint.
 */

const byteaOid = 17;
const bigintOid = 20;

/** The parameter for `bytea[]`. */
export function byteaArray(elements: readonly Uint8Array[]): Buffer {
  return encodeArray(byteaOid, elements);
}

/** The parameter for `bigint[]`; `null` is SQL's null. */
export function bigintArray(elements: readonly (bigint | null)[]): Buffer {
  const encode = (element: bigint | null) => {
    if (element === null) return null;
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(element);
    return bytes;
  };
  return encodeArray(bigintOid, elements.map(encode));
}

/** Header: dimensions, has-nulls flag, element type, length, lower bound; then each element behind its length (-1: null). */
function encodeArray(elementOid: number, elements: readonly (Uint8Array | null)[]): Buffer {
  const bytes = elements.reduce((sum, element) => sum + 4 + (element?.length ?? 0), 20);
  const array = Buffer.allocUnsafe(bytes);
  const hasNulls = elements.includes(null) ? 1 : 0;
  let offset = 0;
  for (const word of [1, hasNulls, elementOid, elements.length, 1]) offset = array.writeInt32BE(word, offset);
  for (const element of elements) {
    offset = array.writeInt32BE(element?.length ?? -1, offset);
    if (element === null) continue;
    array.set(element, offset);
    offset += element.length;
  }
  return array;
}
