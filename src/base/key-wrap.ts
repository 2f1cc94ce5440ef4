/**
 * Owns wrapping a key with another one: AES Key Wrap with 256-bit keys (RFC 3394). Needs no nonce, so one key may wrap any
 * number of others. Refuses anything but 32 bytes.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Of every key here. */
export const KEY_BYTES = 32;
/** Of a wrapped key. */
export const WRAPPED_BYTES = KEY_BYTES + 8;

const algorithm = 'id-aes256-wrap';
/** RFC 3394 2.2.3.1: what unwrapping must find for the key to be genuine. */
const initialValue = Buffer.alloc(8, 0xa6);

/** `key` (32 bytes) as 40 bytes that only `by` (32 bytes) opens. */
export function wrapKey(by: Uint8Array, key: Uint8Array): Buffer {
  if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes`);
  const cipher = createCipheriv(algorithm, by, initialValue);
  return Buffer.concat([cipher.update(key), cipher.final()]);
}

/** The key in `wrapped`; undefined when `by` did not wrap it. */
export function unwrapKey(by: Uint8Array, wrapped: Uint8Array): Buffer | undefined {
  if (wrapped.length !== WRAPPED_BYTES) return undefined;
  const decipher = createDecipheriv(algorithm, by, initialValue);
  try {
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    return undefined;
  }
}
