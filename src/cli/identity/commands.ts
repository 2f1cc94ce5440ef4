/**
 * `onggi project|user|role|group|key`: names, arguments and flags alone. What they do is loaded when one is called, so that a server's
 * start does not pay for them.
 */
import type { Command } from 'commander';
import { connectionFlags, type Flags } from './flags.ts';

type Module = typeof import('./actions.ts');
type ActionName = keyof Module['actions'];

/** Adds the commands to `program`. */
export function addIdentityCommands(program: Command): void {
  const project = group(program, 'project', 'projects: what owns buckets');
  add(project, 'list', 'the projects', 'listProjects');
  const description = ['--description <text>', 'free text'] as const;
  const enable = ['--enable', 'let it be used again'] as const;
  const disable = ['--disable', 'refuse its tokens and keys at once'] as const;
  const rename = ['--name <name>', 'another name'] as const;
  add(project, 'create <name>', 'a new project', 'createProject', description, disable, [
    '--account-number <digits>',
    "Krutrim's account number, ten digits",
  ]);
  add(project, 'show <project>', 'one project, by name or id', 'showProject');
  add(project, 'update <project>', 'change a project', 'updateProject', rename, description, enable, disable);
  add(project, 'delete <project>', 'remove a project without buckets', 'deleteProject');
  add(
    project,
    'mfa-delete <project>',
    'whether deleting its buckets and access keys takes a one-time password',
    'mfaDelete',
    ['--enable', 'it does'],
    ['--disable', 'it does not'],
    ['--otp <code>', 'a code of your own, for a change'],
  );

  const user = group(program, 'user', 'users and service accounts');
  const person = [
    ['--password <password>', 'for login; - reads a line from standard input'],
    description,
    ['--email <address>', 'kept, not used'],
    ['--project <project>', 'its default project; the home of a service account'],
    ['--service-admin', 'may manage identities of the whole service'],
    disable,
  ] as const;
  add(user, 'list', 'the users', 'listUsers', ['--project <project>', 'those of a project']);
  add(user, 'create <name>', 'a new user', 'createUser', ...person, [
    '--service-account',
    'an account for programs: keys, no password',
  ]);
  add(user, 'show <user>', 'one user, by name or id', 'showUser');
  add(user, 'update <user>', 'change a user', 'updateUser', rename, ...person, enable, [
    '--no-service-admin',
    'take that right away',
  ]);
  add(user, 'delete <user>', 'remove a user with keys and roles', 'deleteUser');

  const totp = group(user, 'totp', 'one-time passwords of an authenticator');
  add(totp, 'enrol', 'a new secret of your own, printed this once', 'enrolTotp');
  add(totp, 'confirm <code>', 'the first code of your authenticator', 'confirmTotp');
  add(totp, 'show [user]', 'whether there are any (default: your own)', 'showTotp');
  add(totp, 'remove [user]', 'remove them (default: your own)', 'removeTotp', [
    '--otp <code>',
    'a code, for your own',
  ]);

  const role = group(program, 'role', 'roles of users and groups in projects');
  const where = [
    ['--user <user>', 'by name or id'],
    ['--group <group>', 'or everybody in a group, by name or id'],
    ['--project <project>', 'by name or id'],
  ] as const;
  add(role, 'list', 'the roles there are, or those given', 'listRoles', ...where);
  add(role, 'show <role>', 'one role', 'showRole');
  add(role, 'add <role>', 'give a role; the first makes a member', 'addRole', ...where);
  add(role, 'remove <role>', 'take a role; with the last one the keys there go', 'removeRole', ...where);

  const groups = group(program, 'group', 'groups of users, for roles in projects and grants of buckets');
  add(groups, 'list', 'the groups', 'listGroups', ['--user <user>', 'those of a user']);
  add(groups, 'create <name>', 'a new group', 'createGroup', description);
  add(groups, 'show <group>', 'one group with its members', 'showGroup');
  add(groups, 'update <group>', 'change a group', 'updateGroup', rename, description);
  add(groups, 'delete <group>', 'remove a group', 'deleteGroup');
  add(groups, 'add-user <group> <user>', 'take a user in', 'addGroupMember');
  add(groups, 'remove-user <group> <user>', 'put a user out', 'removeGroupMember');

  const key = group(program, 'key', 'IAM and S3 access keys');
  const of = ['--user <user>', 'of another user (default: your own)'] as const;
  add(key, 'list', 'the keys, without secrets', 'listKeys', of);
  add(
    key,
    'create [name]',
    'a new key; its secret is printed this once',
    'createKey',
    ['--project <project>', 'the project it is for'],
    ['--s3', 'an S3 access key (default: an IAM access key, which needs a name)'],
    ['--expires <time>', 'when an IAM access key ends, e.g. 2027-01-31T00:00:00Z'],
    description,
    of,
  );
  add(key, 'show <key>', 'one key, without its secret', 'showKey', of);
  add(key, 'delete <key>', 'remove a key; what it proved is void at once', 'deleteKey', of);
}

function group(program: Command, name: string, summary: string): Command {
  return program.command(name).description(summary);
}

function add(
  parent: Command,
  usage: string,
  summary: string,
  action: ActionName,
  ...flags: readonly (readonly [flag: string, text: string])[]
): void {
  const command = parent.command(usage).description(summary);
  for (const [flag, text] of flags) command.option(flag, text);
  command.option('--json', 'print JSON instead of a table');
  for (const [flag, placeholder, text] of connectionFlags) command.option(`--${flag} <${placeholder}>`, text);
  command.action(async (...given: unknown[]) => {
    const { runAction } = await import('./actions.ts');
    const words = given.filter((one): one is string => typeof one === 'string');
    await runAction(action, words, command.opts<Flags>());
  });
}
