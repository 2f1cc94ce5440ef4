/** An authenticator for tests: the codes of a secret, as the user's telephone would show them, one after the other. */
import { hotp, totpStep } from '../../src/base/totp.ts';

export interface Authenticator {
  /** A code that has not been given before and holds now; waits when there is none left. */
  next(): Promise<string>;
  /** The code of a moment that is long over. */
  past(): string;
}

/** `secret` in base32. */
export function authenticator(secret: string): Authenticator {
  const bytes = fromBase32(secret);
  let last = -1;
  return {
    async next() {
      // Three codes hold at any moment; the steps only go up.
      const earliest = Math.max(last + 1, totpStep(Date.now()) - 1);
      while (earliest > totpStep(Date.now()) + 1) await new Promise((resolve) => setTimeout(resolve, 200));
      last = earliest;
      return hotp(bytes, earliest);
    },
    past: () => hotp(bytes, totpStep(Date.now()) - 1000),
  };
}

export function fromBase32(text: string): Buffer {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text].map((letter) => digits.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
