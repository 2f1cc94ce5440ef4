/** What `onggi project|user|role|group` do: calls of the identity service, and what is printed of their answers. Keys: `key-actions.ts`. */
import type { Flags } from './flags.ts';
import { connect, type Document, type IdentityClient, Refusal, textOf } from './identity-client.ts';
import { type Action, idOf, type Job, needed, type Outcome, word } from './job.ts';
import { createKey, deleteKey, listKeys, showKey } from './key-actions.ts';
import { lineOfInput } from './line-of-input.ts';
import { asJson, fields, table } from './print.ts';
import { confirmTotp, enrolTotp, mfaDelete, removeTotp, showTotp } from './totp-actions.ts';
import { UsageError } from './usage-error.ts';

const projectNames = ['id', 'name', 'description', 'enabled'];
const userNames = [
  'id',
  'name',
  'description',
  'email',
  'kind',
  'enabled',
  'service_admin',
  'default_project_id',
];
const groupNames = ['id', 'name', 'description'];

/** `name`, `description` and `enabled` as the flags say; only what they say. */
function changeOf({ name, description, enable, disable }: Flags): Record<string, unknown> {
  if (enable === true && disable === true) throw new UsageError('--enable and --disable exclude each other');
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(enable === true ? { enabled: true } : disable === true ? { enabled: false } : {}),
  };
}

async function userChange(client: IdentityClient, flags: Flags): Promise<Record<string, unknown>> {
  const { password, email, project, serviceAdmin } = flags;
  return {
    ...changeOf(flags),
    ...(password === undefined
      ? {}
      : { password: password === '-' ? await lineOfInput('--password') : password }),
    ...(email === undefined ? {} : { email }),
    ...(serviceAdmin === undefined ? {} : { service_admin: serviceAdmin }),
    ...(typeof project === 'string' ? { default_project_id: await idOf(client, 'projects', project) } : {}),
  };
}

/** @throws UsageError when the flags change nothing */
function something(change: Record<string, unknown>): Record<string, unknown> {
  if (Object.keys(change).length === 0) throw new UsageError('nothing to change');
  return change;
}

/** @throws UsageError unless it is for one user or one group */
async function assignmentPath({ client, words, flags }: Job): Promise<string> {
  if (flags.user !== undefined && flags.group !== undefined) {
    throw new UsageError('--user and --group exclude each other');
  }
  const kind = flags.group === undefined ? 'users' : 'groups';
  const [holder, project] = [needed(flags, kind === 'users' ? 'user' : 'group'), needed(flags, 'project')];
  const [holderId, projectId] = [await idOf(client, kind, holder), await idOf(client, 'projects', project)];
  return `/projects/${projectId}/${kind}/${holderId}/roles/${encodeURIComponent(word(words, 0))}`;
}

/** Of a user: all it has in the end, with the group each comes by; otherwise what was given to users and groups. */
async function assignments({ client, flags }: Job): Promise<Outcome> {
  const { user, group, project } = flags;
  const query = [
    'include_names=true',
    ...(typeof user === 'string' ? ['effective=true', `user.id=${await idOf(client, 'users', user)}`] : []),
    ...(typeof group === 'string' ? [`group.id=${await idOf(client, 'groups', group)}`] : []),
    ...(typeof project === 'string' ? [`scope.project.id=${await idOf(client, 'projects', project)}`] : []),
  ];
  const given = await client.list(`/role_assignments?${query.join('&')}`, 'role_assignments');
  const nameOf = (part: unknown) => (part as Document | undefined)?.name;
  const rows = await Promise.all(
    given.map(async ({ role, user: who, group: some, scope, links }) => ({
      role: nameOf(role),
      user: nameOf(who) ?? '',
      group: nameOf(some) ?? (await groupBehind(client, links as Document)),
      project: nameOf((scope as Document).project),
    })),
  );
  const grouped = rows.some((row) => row.group !== '');
  return { columns: ['role', 'user', ...(grouped ? ['group'] : []), 'project'], rows };
}

/** The group by which a user has a role, where it is by one: its name, or its id for who may not look groups up. */
async function groupBehind(client: IdentityClient, { membership }: Document): Promise<string> {
  const id = typeof membership === 'string' ? /\/groups\/([^/]+)/.exec(membership)?.[1] : undefined;
  if (id === undefined) return '';
  try {
    return String((await client.find('groups', id)).name);
  } catch (error) {
    if (error instanceof Refusal) return id;
    throw error;
  }
}

const projectActions = {
  listProjects: async ({ client }) => {
    const columns = projectNames;
    try {
      return { columns, rows: await client.list('/projects', 'projects') };
    } catch (error) {
      if (!(error instanceof Error && error.message.endsWith('(HTTP 403)'))) throw error;
      return { columns, rows: await client.list('/auth/projects', 'projects') };
    }
  },
  createProject: async ({ client, words, flags }) => {
    const number = textOf(flags.accountNumber);
    const project = {
      ...changeOf(flags),
      name: word(words, 0),
      ...(number === undefined ? {} : { account_number: number }),
    };
    const { project: document } = await client.call('POST', '/projects', { project });
    return { names: projectNames, document: document as Document };
  },
  showProject: async ({ client, words }) => ({
    names: projectNames,
    document: await client.find('projects', word(words, 0)),
  }),
  updateProject: async ({ client, words, flags }) => {
    const project = something(changeOf(flags));
    const path = `/projects/${await idOf(client, 'projects', word(words, 0))}`;
    const { project: document } = await client.call('PATCH', path, { project });
    return { names: projectNames, document: document as Document };
  },
  deleteProject: async ({ client, words }) => {
    await client.call('DELETE', `/projects/${await idOf(client, 'projects', word(words, 0))}`);
    return undefined;
  },
} satisfies Record<string, Action>;

const userActions = {
  listUsers: async ({ client, flags }) => {
    const columns = ['id', 'name', 'kind', 'enabled', 'service_admin'];
    const users = await client.list('/users', 'users');
    if (typeof flags.project !== 'string') return { columns, rows: users };
    const query = `effective=true&scope.project.id=${await idOf(client, 'projects', flags.project)}`;
    const given = await client.list(`/role_assignments?${query}`, 'role_assignments');
    const members = new Set(given.map(({ user }) => (user as Document).id));
    return { columns, rows: users.filter(({ id }) => members.has(id)) };
  },
  createUser: async ({ client, words, flags }) => {
    const user = {
      ...(await userChange(client, flags)),
      name: word(words, 0),
      ...(flags.serviceAccount === true ? { kind: 'service_account' } : {}),
    };
    const { user: document } = await client.call('POST', '/users', { user });
    return { names: userNames, document: document as Document };
  },
  showUser: async ({ client, words }) => ({
    names: userNames,
    document: await client.find('users', word(words, 0)),
  }),
  updateUser: async ({ client, words, flags }) => {
    const user = something(await userChange(client, flags));
    const path = `/users/${await idOf(client, 'users', word(words, 0))}`;
    const { user: document } = await client.call('PATCH', path, { user });
    return { names: userNames, document: document as Document };
  },
  deleteUser: async ({ client, words }) => {
    await client.call('DELETE', `/users/${await idOf(client, 'users', word(words, 0))}`);
    return undefined;
  },
} satisfies Record<string, Action>;

const roleActions = {
  listRoles: async (job) => {
    const { user, group, project } = job.flags;
    if (user !== undefined || group !== undefined || project !== undefined) return assignments(job);
    return { columns: ['id', 'name'], rows: await job.client.list('/roles', 'roles') };
  },
  showRole: async ({ client, words }) => {
    const { role } = await client.call('GET', `/roles/${encodeURIComponent(word(words, 0))}`);
    return { names: ['id', 'name'], document: role as Document };
  },
  addRole: async (job) => {
    await job.client.call('PUT', await assignmentPath(job));
    return undefined;
  },
  removeRole: async (job) => {
    await job.client.call('DELETE', await assignmentPath(job));
    return undefined;
  },
} satisfies Record<string, Action>;

const memberPath = async (client: IdentityClient, words: readonly string[]) => {
  const group = await idOf(client, 'groups', word(words, 0));
  return `/groups/${group}/users/${await idOf(client, 'users', word(words, 1))}`;
};

const groupActions = {
  listGroups: async ({ client, flags }) => {
    const { user } = flags;
    const path = typeof user === 'string' ? `/users/${await idOf(client, 'users', user)}/groups` : '/groups';
    return { columns: groupNames, rows: await client.list(path, 'groups') };
  },
  createGroup: async ({ client, words, flags }) => {
    const { group } = await client.call('POST', '/groups', {
      group: { ...changeOf(flags), name: word(words, 0) },
    });
    return { names: groupNames, document: group as Document };
  },
  showGroup: async ({ client, words }) => {
    const group = await client.find('groups', word(words, 0));
    const users = await client.list(`/groups/${String(group.id)}/users`, 'users');
    const members = users.map(({ name }) => String(name));
    return { names: [...groupNames, 'members'], document: { ...group, members } };
  },
  updateGroup: async ({ client, words, flags }) => {
    const group = something(changeOf(flags));
    const path = `/groups/${await idOf(client, 'groups', word(words, 0))}`;
    const { group: document } = await client.call('PATCH', path, { group });
    return { names: groupNames, document: document as Document };
  },
  deleteGroup: async ({ client, words }) => {
    await client.call('DELETE', `/groups/${await idOf(client, 'groups', word(words, 0))}`);
    return undefined;
  },
  addGroupMember: async ({ client, words }) => {
    await client.call('PUT', await memberPath(client, words));
    return undefined;
  },
  removeGroupMember: async ({ client, words }) => {
    await client.call('DELETE', await memberPath(client, words));
    return undefined;
  },
} satisfies Record<string, Action>;

export const actions = {
  ...projectActions,
  ...userActions,
  ...roleActions,
  ...groupActions,
  listKeys,
  createKey,
  showKey,
  deleteKey,
  enrolTotp,
  confirmTotp,
  showTotp,
  removeTotp,
  mfaDelete,
} satisfies Record<string, Action>;

/** Carries a command out and prints. @throws UsageError, Error */
export async function runAction(
  name: keyof typeof actions,
  words: readonly string[],
  flags: Flags,
): Promise<void> {
  // One's own key is for the project of the token.
  const project = name === 'createKey' && flags.user === undefined ? textOf(flags.project) : undefined;
  const client = await connect(flags, process.env, project);
  const outcome: Outcome = await actions[name]({ client, words, flags });
  if (outcome === undefined) return;
  if ('rows' in outcome) {
    process.stdout.write(flags.json === true ? asJson(outcome.rows) : table(outcome.columns, outcome.rows));
    return;
  }
  process.stdout.write(
    flags.json === true ? asJson(outcome.document) : fields(outcome.names, outcome.document),
  );
  if (outcome.note !== undefined) process.stderr.write(`${outcome.note}\n`);
}
