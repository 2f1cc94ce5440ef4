/** A user's one-time password, without its secret. */
import type { OneTimePassword } from '../../../core/identity/one-time-passwords.ts';
import { microseconds } from './names.ts';

export function totpDocument({ userId, createdAt, confirmedAt }: OneTimePassword) {
  return {
    user_id: userId,
    // What S3's `x-amz-mfa` calls the authenticator.
    serial: userId,
    confirmed: confirmedAt !== undefined,
    created_at: microseconds(createdAt),
    confirmed_at: confirmedAt === undefined ? null : microseconds(confirmedAt),
  };
}
