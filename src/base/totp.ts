/**
 * Owns the arithmetic of time-based one-time passwords (RFC 6238) on counter-based ones (RFC 4226): HMAC-SHA-1, 6 digits, 30 seconds. Refuses to
 * remember which of them were used.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Milliseconds in which one password holds. */
const stepLength = 30_000;
/** Steps to either side whose passwords hold too: clocks differ, and typing takes time (RFC 6238, 5.2). */
const tolerance = 1;
export const otpDigits = 6;

/** The step of a time in milliseconds since the epoch. */
export function totpStep(time: number): number {
  return Math.floor(time / stepLength);
}

/** The password of a counter (RFC 4226, 5.3): as many decimal digits as asked for. */
export function hotp(secret: Uint8Array, counter: number, digits = otpDigits): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac('sha1', secret).update(message).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0xf;
  const number = (mac.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** digits;
  return String(number).padStart(digits, '0');
}

/** The step near `time` whose password `code` is, later than `after`; undefined when it is none's. */
export function findTotpStep(
  secret: Uint8Array,
  code: string,
  { time, after }: { time: number; after: number },
): number | undefined {
  const given = Buffer.from(code);
  if (given.length !== otpDigits) return undefined;
  const now = totpStep(time);
  let found: number | undefined;
  for (let step = now - tolerance; step <= now + tolerance; step += 1) {
    const right = step >= 0 && timingSafeEqual(given, Buffer.from(hotp(secret, step)));
    if (right && step > after) found ??= step;
  }
  return found;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 without padding (RFC 4648, 6), as authenticators take a secret. */
export function base32(bytes: Uint8Array): string {
  let [text, bits, value] = ['', 0, 0];
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(value >>> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + alphabet[(value << (5 - bits)) & 31];
}
