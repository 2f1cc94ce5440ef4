/**
 * Owns the WebAssembly module behind CRC-64/NVME: some 400 bytes, assembled here at first use, so nothing is generated,
 * compiled or downloaded beforehand. Refuses to know more than one loop: the tables and the framing are crc64.ts's.
 *
 * The module imports nothing and exports its `memory` and `update(crc, length) -> crc`, which folds `length` bytes at
 * `WINDOW_AT` into a raw (not inverted) remainder. Slicing by 16 means: sixteen bytes are looked up in sixteen tables at once,
 * `table[k]` holding the remainder of a byte followed by k zero bytes.
 */

/** Bytes folded by one turn of the main loop, and the number of 256-entry tables at address 0. */
export const SLICES = 16;
/** Address and size of the window the caller copies its bytes into. */
export const WINDOW_AT = 0x10000;
export const WINDOW_BYTES = 0x10000;

const TABLE_BYTES = 256 * 8;
const I32 = 0x7f;
const I64 = 0x7e;

/** A signed LEB128 number, the way constants are written. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** An unsigned LEB128 number, the way counts, indices and offsets are written. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

const getLocal = (index: number) => [0x20, index];
const setLocal = (index: number) => [0x21, index];
const teeLocal = (index: number) => [0x22, index];
const constI32 = (value: number) => [0x41, ...signed(value)];
const constI64 = (value: number) => [0x42, ...signed(value)];
const loadI64 = (offset: number) => [0x29, 3, ...unsigned(offset)];
const loadByte = (offset: number) => [0x2d, 0, ...unsigned(offset)];
const LESS_I32 = 0x49;
const NOT_LESS_I32 = 0x4f;
const ADD_I32 = 0x6a;
const AND_I32 = 0x71;
const XOR_I32 = 0x73;
const SHIFT_LEFT_I32 = 0x74;
const SHIFT_RIGHT_I32 = 0x76;
const XOR_I64 = 0x85;
const SHIFT_RIGHT_I64 = 0x88;
const LOW_HALF = 0xa7;

/** `body` again and again until it leaves 0 on the stack; not at all when `unless` leaves something else. */
function loopUnless(unless: number[], body: number[]): number[] {
  const BLOCK = [0x02, 0x40];
  const LOOP = [0x03, 0x40];
  const BRANCH_IF = [0x0d, 0];
  const END = 0x0b;
  return [...BLOCK, ...unless, ...BRANCH_IF, ...LOOP, ...body, ...BRANCH_IF, END, END];
}

const CRC = 0;
const LENGTH = 1;
const AT = 2;
const END_OF_SLICES = 3;
const WORD = 4;
/** Four locals: the low and high halves of the two 64-bit words of one turn. */
const HALVES = 5;

const advance = (bytes: number) => [...getLocal(AT), ...constI32(bytes), ADD_I32, ...teeLocal(AT)];

/** The table address of byte `index` (0 to 3) of the 32-bit local `half`: eight times that byte. */
function byteTimesEight(half: number, index: number): number[] {
  const shift = index * 8 - 3;
  const move = shift < 0 ? [...constI32(-shift), SHIFT_LEFT_I32] : [...constI32(shift), SHIFT_RIGHT_I32];
  return [...getLocal(half), ...move, ...constI32(0x7f8), AND_I32];
}

/** One turn over sixteen bytes: load both words (the first mixed with the remainder), then XOR sixteen lookups. */
function foldSlices(): number[] {
  const code: number[] = [];
  for (const word of [0, 1]) {
    code.push(...getLocal(AT), ...loadI64(WINDOW_AT + word * 8));
    if (word === 0) code.push(...getLocal(CRC), XOR_I64);
    code.push(...teeLocal(WORD), LOW_HALF, ...setLocal(HALVES + word * 2));
    code.push(
      ...getLocal(WORD),
      ...constI64(32),
      SHIFT_RIGHT_I64,
      LOW_HALF,
      ...setLocal(HALVES + word * 2 + 1),
    );
  }
  for (let byte = 0; byte < SLICES; byte++) {
    code.push(
      ...byteTimesEight(HALVES + (byte >> 2), byte & 3),
      ...loadI64((SLICES - 1 - byte) * TABLE_BYTES),
    );
    if (byte > 0) code.push(XOR_I64);
  }
  return [...code, ...setLocal(CRC)];
}

/** One turn over one byte, for the last fifteen at most. */
function foldByte(): number[] {
  return [
    ...[...getLocal(CRC), LOW_HALF, ...getLocal(AT), ...loadByte(WINDOW_AT), XOR_I32],
    ...[...constI32(0xff), AND_I32, ...constI32(3), SHIFT_LEFT_I32, ...loadI64(0)],
    ...[...getLocal(CRC), ...constI64(8), SHIFT_RIGHT_I64, XOR_I64, ...setLocal(CRC)],
  ];
}

function updateFunction(): number[] {
  const locals = [3, ...[2, I32], ...[1, I64], ...[4, I32]];
  const wholeSlices = [...getLocal(LENGTH), ...constI32(-SLICES), AND_I32, ...setLocal(END_OF_SLICES)];
  const slices = loopUnless(
    [...getLocal(AT), ...getLocal(END_OF_SLICES), NOT_LESS_I32],
    [...foldSlices(), ...advance(SLICES), ...getLocal(END_OF_SLICES), LESS_I32],
  );
  const bytes = loopUnless(
    [...getLocal(AT), ...getLocal(LENGTH), NOT_LESS_I32],
    [...foldByte(), ...advance(1), ...getLocal(LENGTH), LESS_I32],
  );
  const END = 0x0b;
  return [...locals, ...wholeSlices, ...slices, ...bytes, ...getLocal(CRC), END];
}

const section = (id: number, content: number[]) => [id, ...unsigned(content.length), ...content];
const named = (text: string) => [...unsigned(text.length), ...Buffer.from(text, 'latin1')];

/** The bytes of the module, in the order the WebAssembly core specification prescribes. */
export function assembleCrc64(): Uint8Array<ArrayBuffer> {
  const FUNCTION_TYPE = 0x60;
  const code = updateFunction();
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, FUNCTION_TYPE, 2, I64, I32, 1, I64]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, (WINDOW_AT + WINDOW_BYTES) / 0x10000]),
    ...section(7, [2, ...named('memory'), 2, 0, ...named('update'), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
