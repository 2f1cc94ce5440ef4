/** The first start on an empty store: one domain, one project, one administrator with keys, in one commit. */
import { Conflict } from '../../engines/errors.ts';
import type { ProjectRole } from '../access/roles.ts';
import type { Core } from '../core.ts';
import type { ProjectId } from '../model/names.ts';
import { keyRingFormat } from './codecs.ts';
import { defaultDomain, domainCreation, findDomain } from './domains.ts';
import { iamKeyCreation, newIamKey } from './iam-keys.ts';
import { keyRingKey } from './keys.ts';
import { membershipCreation } from './memberships.ts';
import { newProjectRecord, projectCreation } from './projects.ts';
import { newS3Key, s3KeyCreation } from './s3-keys.ts';
import { joinCommits } from './stored.ts';
import { newUserRecord, userCreation } from './users.ts';

/** What the first start made; its secrets are known this once. */
export interface FirstCredentials {
  readonly userName: string;
  readonly password: string;
  readonly projectId: ProjectId;
  readonly iamKey: { readonly id: string; readonly secret: string };
  readonly s3Key: { readonly access: string; readonly secret: string };
}

/**
 * Undefined when the store is not empty; of several processes at once, one creates and the others get undefined.
 * The sign of an empty store is that the default domain is absent.
 */
export async function bootstrap(core: Core): Promise<FirstCredentials | undefined> {
  if ((await findDomain(core, { id: defaultDomain.id })) !== undefined) return undefined;
  const password = core.random(12).toString('hex');
  const project = newProjectRecord(core, { name: 'default' });
  const user = await newUserRecord(core, {
    name: 'admin',
    displayName: 'Administrator',
    password,
    serviceAdmin: true,
  });
  const pair = { userId: user.id, projectId: project.id };
  const iam = newIamKey(core, { ...pair, name: 'default' });
  const s3 = newS3Key(core, pair);
  const roles: readonly ProjectRole[] = ['project-admin'];
  const ring = keyRingFormat.encode({ iamKeys: [iam.key.id], s3Keys: [s3.key.access] });
  try {
    await core.meta.commit(
      joinCommits(
        domainCreation(defaultDomain),
        projectCreation(project),
        userCreation(user),
        membershipCreation({ ...pair, ownRoles: roles, createdAt: core.clock() }),
        iamKeyCreation(iam.key),
        s3KeyCreation(s3.key),
        { puts: [[keyRingKey(user.id, project.id), ring]] },
      ),
    );
  } catch (error) {
    if (error instanceof Conflict) return undefined;
    throw error;
  }
  return {
    userName: user.name,
    password,
    projectId: project.id,
    iamKey: { id: iam.key.id, secret: iam.secret },
    s3Key: { access: s3.key.access, secret: s3.secret },
  };
}
