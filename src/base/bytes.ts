/**
 * Owns the few questions asked of byte strings as ordered keys. Refuses encodings of anything but bytes.
 */

/** Negative, zero or positive as `a` sorts before, with or after `b`, byte by byte, a prefix first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

/** Lower-case hex digits, two for each byte. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** One character for each byte: what stands for bytes as the key of a map. */
export function byteName(bytes: Uint8Array): string {
  const view =
    bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.toString('latin1');
}

/** The smallest key greater than every key that starts with `prefix`; undefined when there is none (no byte, or all 0xff). */
export function afterPrefix(prefix: Uint8Array): Buffer | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const next = Buffer.from(prefix.subarray(0, length));
  next[length - 1] = (next[length - 1] ?? 0) + 1;
  return next;
}

/** The smallest key greater than `key`. */
export function afterKey(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.alloc(1)]);
}
