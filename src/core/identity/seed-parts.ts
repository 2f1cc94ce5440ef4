/** What a seed declares, as types, and what bringing it about needs everywhere: `seed.ts`, `seed-groups.ts`. */

import type { ProjectRole } from '../access/roles.ts';
import type { ProjectId, UserId } from '../model/names.ts';
import type { ProjectRecord, UserRecord } from './records.ts';

export interface SeedProject {
  readonly id?: ProjectId;
  readonly name: string;
  readonly description?: string;
  readonly accountNumber?: string;
}

/** `project` is the name of a project of the same seed, here and below. */
export interface SeedRole {
  readonly project: string;
  readonly role: ProjectRole;
}

export interface SeedUser {
  readonly id?: UserId;
  readonly kind?: UserRecord['kind'];
  readonly name: string;
  readonly displayName?: string;
  readonly password?: string;
  readonly serviceAdmin?: boolean;
  /** Where a password's token without a wish goes; the home of a service account. */
  readonly defaultProject?: string;
  readonly roles: readonly SeedRole[];
  readonly iamKeys: readonly {
    readonly id?: string;
    readonly name: string;
    readonly secret: string;
    readonly project: string;
  }[];
  readonly s3Keys: readonly { readonly access: string; readonly secret: string; readonly project: string }[];
}

export interface SeedGroup {
  readonly id?: string;
  readonly name: string;
  readonly description?: string;
  /** Names of users of the same seed. */
  readonly members: readonly string[];
  readonly roles: readonly SeedRole[];
}

export interface SeedBucket {
  readonly name: string;
  readonly project: string;
  /** The name of a user of the same seed. */
  readonly owner: string;
  /** Whether everything written to it is encrypted; as it is when absent. */
  readonly useEncryption?: boolean;
}

export interface Seed {
  readonly projects: readonly SeedProject[];
  readonly users: readonly SeedUser[];
  readonly groups: readonly SeedGroup[];
  readonly buckets: readonly SeedBucket[];
}

/** A seed cannot be brought about; the message is one line that begins with the place in it, e.g. `users[0].name: ...`. */
export class SeedError extends Error {}

/** What a seed has brought about so far. */
export interface Applied {
  readonly projects: ReadonlyMap<string, ProjectRecord>;
  readonly users: readonly UserRecord[];
}

/** The user of that name; a seed naming others is refused where it is parsed. */
export function userNamed(users: readonly UserRecord[], name: string): UserRecord {
  const user = users.find((one) => one.name === name);
  if (user === undefined) throw new SeedError(`unknown user ${JSON.stringify(name)}`);
  return user;
}

/** The project of that name; a seed naming others is refused where it is parsed. */
export function projectOf(projects: ReadonlyMap<string, ProjectRecord>, name: string): ProjectId {
  const project = projects.get(name);
  if (project === undefined) throw new SeedError(`unknown project ${JSON.stringify(name)}`);
  return project.id;
}

/** The roles of a user or group in a project: how they are found and set. */
export interface Holder {
  readonly now: (project: ProjectId) => Promise<readonly ProjectRole[]>;
  readonly set: (project: ProjectId, roles: readonly ProjectRole[]) => Promise<void>;
}

/** In each project named, exactly the roles named for it. */
export async function applyRoles(
  wanted: readonly SeedRole[],
  projects: ReadonlyMap<string, ProjectRecord>,
  holder: Holder,
): Promise<void> {
  for (const [name, entries] of Map.groupBy(wanted, ({ project }) => project)) {
    const project = projectOf(projects, name);
    const roles = new Set(entries.map(({ role }) => role));
    const now = await holder.now(project);
    const same = roles.size === now.length && now.every((role) => roles.has(role));
    if (!same) await holder.set(project, [...roles]);
  }
}
