/** Time and randomness as arguments, so that every use of them can be replaced in a test. */
import { randomBytes } from 'node:crypto';

/** Milliseconds since the epoch. */
export type Clock = () => number;
/** `count` unpredictable bytes. */
export type Random = (count: number) => Buffer;

export const systemClock: Clock = Date.now;
export const systemRandom: Random = randomBytes;

/** A new identifier: 32 lower-case hex characters (the form of Keystone's ids). */
export function newId(random: Random): string {
  return random(16).toString('hex');
}
