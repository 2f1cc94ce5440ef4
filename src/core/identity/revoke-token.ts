/** Taking tokens back before they expire. A revocation is kept as long as its token could live, then forgotten. */
import { Conflict } from '../../engines/errors.ts';
import type { Core } from '../core.ts';
import {
  auditIdOfExpiryKey,
  revocationByExpiryKey,
  revocationKey,
  revocationsExpiredBefore,
} from './keys.ts';
import type { TokenClaims } from './token-format.ts';

/** How many expired revocations each new one clears away: more than one, so that they never pile up. */
const clearedAtOnce = 16;

/** From when this resolves, the token is refused everywhere. */
export async function revokeToken(core: Core, claims: TokenClaims): Promise<void> {
  const { auditId, expiresAt } = claims;
  await core.meta.commit({
    puts: [
      [revocationKey(auditId), Buffer.alloc(0)],
      [revocationByExpiryKey(expiresAt, auditId), Buffer.alloc(0)],
    ],
  });
  await forgetExpiredRevocations(core);
}

async function forgetExpiredRevocations(core: Core): Promise<void> {
  const expired = await core.meta.range({ ...revocationsExpiredBefore(core.clock()), limit: clearedAtOnce });
  if (expired.length === 0) return;
  try {
    await core.meta.commit({
      deletes: expired.flatMap(({ key }) => [key, revocationKey(auditIdOfExpiryKey(key))]),
    });
  } catch (error) {
    // Another process cleared the same ones.
    if (!(error instanceof Conflict)) throw error;
  }
}
