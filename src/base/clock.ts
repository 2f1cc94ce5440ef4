/** Time and randomness as arguments, so that every use of them can be replaced in a test. */
import { randomBytes } from 'node:crypto';

/** Milliseconds since the epoch. */
export type Clock = () => number;
/** `count` unpredictable bytes. */
export type Random = (count: number) => Buffer;

export const systemClock: Clock = Date.now;

/** Bytes drawn from the system's generator at once; a draw costs microseconds whatever its size. */
const blockBytes = 4096;

/** The system's generator, a block at a time: every request needs a few bytes. */
export function createSystemRandom(): Random {
  let block = Buffer.alloc(0);
  return (count) => {
    if (count > blockBytes) return randomBytes(count);
    if (block.length < count) block = randomBytes(blockBytes);
    const bytes = block.subarray(0, count);
    block = block.subarray(count);
    return bytes;
  };
}

export const systemRandom: Random = createSystemRandom();

/** A new identifier: 32 lower-case hex characters (the form of Keystone's ids). */
export function newId(random: Random): string {
  return random(16).toString('hex');
}
