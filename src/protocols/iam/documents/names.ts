/** How ids, times and domains are written in identity documents. */
import { createHash } from 'node:crypto';

/** `2026-11-21T03:03:49.000000Z`: Keystone writes microseconds. */
export function microseconds(time: number): string {
  return new Date(time).toISOString().replace('Z', '000Z');
}

/** An id for what has a name but no record of its own, such as a role: 32 hex characters, the same for ever. */
export function derivedId(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}
