/** The body of Krutrim's deletions: a one-time password, for accounts that ask for one (reference 10.2, 10.3). */
import { Type } from 'typebox';
import { maybe } from './schemas.ts';

export const otpSchema = Type.Object({ otp: maybe(Type.String()) });
