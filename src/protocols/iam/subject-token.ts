/** The token a request is about (`X-Subject-Token`), as against the one that proves who asks (`X-Auth-Token`). */
import { authorize } from '../../core/access/authorize.ts';
import type { ProjectAction } from '../../core/access/roles.ts';
import type { Actor } from '../../core/actor.ts';
import type { Core } from '../../core/core.ts';
import { CoreError } from '../../core/errors.ts';
import { type LiveToken, readToken } from '../../core/identity/live-token.ts';
import { type IamView, userOf } from './request.ts';

export interface SubjectToken {
  readonly token: string;
  readonly allowExpired: boolean;
}

/** Undefined when the header is not there: Keystone's 403, but only for who has proven an identity. */
export function parseSubject({ request }: IamView): SubjectToken | undefined {
  const token = request.header('x-subject-token')?.trim();
  if (token === undefined || token === '') return undefined;
  const allowExpired = request.query.get('allow_expired');
  return { token, allowExpired: allowExpired !== undefined && !['0', 'false'].includes(allowExpired) };
}

/**
 * The subject, alive, when `actor` may do this with it: one's own tokens, or anyone's for service administrators.
 * @throws CoreError AccessDenied, NoSuchToken
 */
export async function openSubject(
  core: Core,
  actor: Actor,
  subject: SubjectToken | undefined,
  action: Extract<ProjectAction, `identity.tokens.${string}`>,
): Promise<LiveToken> {
  if (subject === undefined) {
    const resource = `user ${userOf(actor).userId}`;
    throw new CoreError('AccessDenied', { action, resource, anonymous: false, reason: 'no X-Subject-Token' });
  }
  const found = await readToken(core, subject.token, { allowExpired: subject.allowExpired });
  if (!found.alive) {
    const reason = found.why === 'not ours' ? 'Could not recognize Fernet token' : 'Failed to validate token';
    throw new CoreError('NoSuchToken', { reason });
  }
  await authorize(core, actor, [{ action, user: found.user.id }]);
  return found;
}
