/**
 * The identities every wire test starts from, as constants and as the seed file that creates them. Two projects that must
 * not see each other, one user per role in the first, an administrator of the second, and a service administrator.
 */
import { stringify } from 'yaml';

export interface TestProject {
  readonly id: string;
  readonly name: string;
  /** Krutrim's account number, ten digits. */
  readonly accountNumber: string;
}

export interface TestUser {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly password: string;
  /** The one project the user belongs to; both keys are for it. */
  readonly project: TestProject;
  readonly role: 'project-admin' | 'project-member' | 'project-reader' | 'none';
  readonly serviceAdmin: boolean;
  readonly iamKey: { readonly id: string; readonly name: string; readonly secret: string };
  readonly s3Key: { readonly access: string; readonly secret: string };
}

export const demo: TestProject = {
  id: '0bc7a4c4a8fb4fee98dcf1936d8ed8eb',
  name: 'demo',
  accountNumber: '1234567890',
};
export const other: TestProject = {
  id: '5f0d1c3b2a984e7d8c6b5a4938271605',
  name: 'other',
  accountNumber: '2345678901',
};
/** Home of the service administrator, so that nobody else's project has one more member. */
export const operators: TestProject = {
  id: '7a1e2d3c4b5f46879a0b1c2d3e4f5a6b',
  name: 'operators',
  accountNumber: '3456789012',
};

/** `digit` makes the ids of a user's keys recognisable in a log. */
function user(
  facts: Pick<TestUser, 'id' | 'displayName' | 'password' | 'project' | 'role'> & {
    digit: string;
    serviceAdmin?: boolean;
  },
): TestUser {
  const { digit, serviceAdmin = false, ...rest } = facts;
  const short = rest.displayName.toLowerCase();
  return {
    ...rest,
    name: `${short}@example.com`,
    serviceAdmin,
    iamKey: { id: digit.repeat(32), name: `${short}-key`, secret: `${digit}5ec2e7`.repeat(10) },
    s3Key: { access: `${digit}ac`.repeat(11).slice(0, 32), secret: `${digit}5ec`.repeat(8) },
  };
}

/** Administrator of `demo`. */
export const alice = user({
  id: 'f61e7df2a1d349e7b35d62ef9c615853',
  displayName: 'Alice',
  password: 'correct horse battery',
  project: demo,
  role: 'project-admin',
  digit: '1',
});
/** Member of `demo`. */
export const bob = user({
  id: '2c3b4a59687f4e1d9c0b8a7f6e5d4c3b',
  displayName: 'Bob',
  password: 'bob: pass/word',
  project: demo,
  role: 'project-member',
  digit: '2',
});
/** Reader of `demo`. */
export const carol = user({
  id: '3d4c5b6a79804f2e8d1c9b8a7f6e5d4c',
  displayName: 'Carol',
  password: 'carol-password',
  project: demo,
  role: 'project-reader',
  digit: '3',
});
/** In `demo` without storage rights: only grants speak for dave. */
export const dave = user({
  id: '4e5d6c7b8a9140f39e2dac9b8a7f6e5d',
  displayName: 'Dave',
  password: 'dave-password',
  project: demo,
  role: 'none',
  digit: '4',
});
/** Administrator of `other`: must see nothing of `demo`. */
export const eve = user({
  id: '5f6e7d8c9ba241049f3ebdac9b8a7f6e',
  displayName: 'Eve',
  password: 'eve-password',
  project: other,
  role: 'project-admin',
  digit: '5',
});
/** Service administrator. */
export const root = user({
  id: '607f8e9dacb3421590afcebdac9b8a7f',
  displayName: 'Root',
  password: 'root-password',
  project: operators,
  role: 'project-admin',
  serviceAdmin: true,
  digit: '6',
});

export const projects: readonly TestProject[] = [demo, other, operators];
export const users: readonly TestUser[] = [alice, bob, carol, dave, eve, root];

/** The seed file of the constants above, in the form `ONGGI_SEED` takes. */
export function standardSeed(): string {
  return stringify({
    projects,
    users: users.map((u) => ({
      id: u.id,
      name: u.name,
      displayName: u.displayName,
      password: u.password,
      ...(u.serviceAdmin ? { serviceAdmin: true } : {}),
      roles: [{ project: u.project.name, role: u.role }],
      iamKeys: [{ ...u.iamKey, project: u.project.name }],
      s3Keys: [{ ...u.s3Key, project: u.project.name }],
    })),
  });
}
