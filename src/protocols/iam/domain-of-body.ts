/** The domain that a body names for a new user, project or group. */
import type { Core } from '../../core/core.ts';
import { defaultDomain, findDomain } from '../../core/identity/domains.ts';
import { IamError } from './errors.ts';

/** The default domain when none is named. @throws IamError 404 */
export async function domainOfBody(core: Core, id: string | null | undefined): Promise<string> {
  if (id === undefined || id === null) return defaultDomain.id;
  const domain = await findDomain(core, { id });
  if (domain === undefined) throw new IamError(404, `Could not find domain: ${id.slice(0, 300)}.`);
  return domain.id;
}

/** Nothing moves from one domain to another. @throws IamError 400 */
export function keepDomain(present: string, wish: string | null | undefined): void {
  if (wish === undefined || wish === null || wish === present) return;
  throw new IamError(400, 'Cannot change Domain ID.');
}
