/**
 * Owns the leave to remove a version for ever, or to change a bucket's versioning: where the bucket's MFA delete is on, a one-time
 * password of the caller. Whatever does either needs the leave to do it, so no door can forget to ask.
 */

import { wrongCode } from '../identity/one-time-passwords.ts';
import type { SecondFactor } from '../identity/second-factor.ts';
import type { BucketRecord } from '../model/bucket-records.ts';

declare const isCleared: unique symbol;
/** Made here alone. Holds for the bucket's record as it was read: the commit must check that it still is that. */
export interface Cleared {
  readonly [isCleared]: true;
}

/**
 * Asked with the record that the commit relies on, anew in each of its attempts; a code is spent in the first.
 * @throws CoreError InvalidArgument (`isWrongCode`) without a code that counts, Busy
 */
export async function clear(
  { mfaDelete }: Pick<BucketRecord, 'mfaDelete'>,
  factor: SecondFactor | undefined,
): Promise<Cleared> {
  if (mfaDelete === true) await present(factor).spend();
  return {} as Cleared;
}

/** The code that is needed here. @throws CoreError InvalidArgument when none was shown */
export function present(factor: SecondFactor | undefined): SecondFactor {
  if (factor === undefined) throw wrongCode('is needed here: a code of your authenticator');
  return factor;
}
