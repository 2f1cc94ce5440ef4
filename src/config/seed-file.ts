/**
 * Reads the seed file: YAML into a typed `Seed`, or one line that names the place of the mistake. What a seed does is
 * `core/identity/seed.ts`; what names and secrets may look like is checked there too.
 */
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { parseDocument } from 'yaml';
import { projectRoles } from '../core/access/roles.ts';
import { type Seed, type SeedBucket, SeedError, type SeedUser } from '../core/identity/seed.ts';
import type { ProjectId, UserId } from '../core/model/names.ts';

const strict = { additionalProperties: false } as const;
const text = Type.String({ minLength: 1 });
const hexId = <T extends string>() => Type.Unsafe<T>(Type.String({ pattern: '^[0-9a-f]{32}$' }));
const flag = Type.Enum(['true', 'false']);

const roleList = Type.Array(Type.Object({ project: text, role: Type.Enum([...projectRoles]) }, strict));

const seedSchema = Type.Object(
  {
    projects: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Type.Optional(hexId<ProjectId>()),
            name: text,
            description: Type.Optional(Type.String()),
            accountNumber: Type.Optional(Type.String({ pattern: '^[0-9]{10}$' })),
          },
          strict,
        ),
      ),
    ),
    users: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Type.Optional(hexId<UserId>()),
            kind: Type.Optional(Type.Enum(['user', 'service_account'])),
            name: text,
            displayName: Type.Optional(text),
            password: Type.Optional(text),
            serviceAdmin: Type.Optional(flag),
            defaultProject: Type.Optional(text),
            roles: Type.Optional(roleList),
            iamKeys: Type.Optional(
              Type.Array(
                Type.Object({ id: Type.Optional(hexId()), name: text, secret: text, project: text }, strict),
              ),
            ),
            s3Keys: Type.Optional(
              Type.Array(Type.Object({ access: text, secret: text, project: text }, strict)),
            ),
          },
          strict,
        ),
      ),
    ),
    groups: Type.Optional(
      Type.Array(
        Type.Object(
          {
            id: Type.Optional(hexId()),
            name: text,
            description: Type.Optional(Type.String()),
            members: Type.Optional(Type.Array(text)),
            roles: Type.Optional(roleList),
          },
          strict,
        ),
      ),
    ),
    buckets: Type.Optional(
      Type.Array(
        Type.Object({ name: text, project: text, owner: text, useEncryption: Type.Optional(flag) }, strict),
      ),
    ),
  },
  strict,
);

type Document = Type.Static<typeof seedSchema>;

/** @throws SeedError with one line, e.g. `users[0].roles[0].project: unknown project "x"` */
export function parseSeed(yamlText: string): Seed {
  const document = parseSchema(readYaml(yamlText));
  const seed: Seed = {
    projects: document.projects ?? [],
    users: (document.users ?? []).map(userOf),
    groups: (document.groups ?? []).map(({ members = [], roles = [], ...group }) => ({
      ...group,
      members,
      roles,
    })),
    buckets: (document.buckets ?? []).map(bucketOf),
  };
  checkTwice(seed);
  checkReferences(seed);
  return seed;
}

/** Every scalar is text: an id of 32 digits is no number, and a password of digits keeps its zeros. */
function readYaml(yamlText: string): unknown {
  const document = parseDocument(yamlText, { schema: 'failsafe', prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line;
    throw new SeedError(`not valid YAML${line === undefined ? '' : ` at line ${line}`}: ${error.code}`);
  }
  try {
    const value: unknown = document.toJS();
    return value === null || value === '' ? {} : value;
  } catch {
    throw new SeedError('not valid YAML: an alias that leads nowhere, or too many of them');
  }
}

function parseSchema(value: unknown): Document {
  const validator = Compile(seedSchema);
  if (validator.Check(value)) return value;
  const [error] = validator.Errors(value);
  throw new SeedError(error === undefined ? 'not a seed' : describe(error));
}

/** One mistake in words; values are not repeated, as some are secrets. */
function describe(error: TLocalizedValidationError): string {
  const path = pathOf(error.instancePath);
  const at = path === '' ? 'the file' : path;
  switch (error.keyword) {
    case 'required':
      return `${path === '' ? '' : `${path}.`}${error.params.requiredProperties[0]}: is missing`;
    case 'boolean':
    case 'additionalProperties':
      return `${at}: unknown field`;
    case 'enum':
      return `${at}: must be one of ${error.params.allowedValues.join(', ')}`;
    case 'minLength':
      return `${at}: must not be empty`;
    case 'pattern':
      return `${at}: must be ${patternWords(String(error.params.pattern))}`;
    case 'type':
      return `${at}: must be ${typeWords[String(error.params.type)] ?? String(error.params.type)}`;
    default:
      return `${at}: ${error.message}`;
  }
}

const typeWords: Readonly<Record<string, string>> = { string: 'a text', array: 'a list', object: 'a map' };

function patternWords(pattern: string): string {
  return pattern.includes('a-f') ? '32 lower-case hex characters' : 'ten digits';
}

/** `/users/0/roles/1/project` as `users[0].roles[1].project`. */
function pathOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(
      (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`),
      '',
    );
}

function userOf(user: NonNullable<Document['users']>[number]): SeedUser {
  const { serviceAdmin, roles = [], iamKeys = [], s3Keys = [], ...rest } = user;
  return {
    ...rest,
    ...(serviceAdmin === undefined ? {} : { serviceAdmin: serviceAdmin === 'true' }),
    roles,
    iamKeys,
    s3Keys,
  };
}

function bucketOf({ useEncryption, ...bucket }: NonNullable<Document['buckets']>[number]): SeedBucket {
  return { ...bucket, ...(useEncryption === undefined ? {} : { useEncryption: useEncryption === 'true' }) };
}

/** Refuses what stands in the file twice and must be unique. */
function checkTwice(seed: Seed): void {
  const listed = <T>(
    name: string,
    items: readonly T[],
    field: string,
    value: (item: T) => string | undefined,
  ) => items.map((item, i) => ({ path: `${name}[${i}].${field}`, value: value(item) }));
  const groups = [
    listed('projects', seed.projects, 'name', ({ name }) => name),
    listed('projects', seed.projects, 'id', ({ id }) => id),
    listed('projects', seed.projects, 'accountNumber', ({ accountNumber }) => accountNumber),
    listed('users', seed.users, 'name', ({ name }) => name),
    listed('users', seed.users, 'id', ({ id }) => id),
    listed('groups', seed.groups, 'name', ({ name }) => name),
    listed('groups', seed.groups, 'id', ({ id }) => id),
    listed('buckets', seed.buckets, 'name', ({ name }) => name),
    seed.users.flatMap((user, u) => listed(`users[${u}].iamKeys`, user.iamKeys, 'id', ({ id }) => id)),
    seed.users.flatMap((user, u) =>
      listed(`users[${u}].s3Keys`, user.s3Keys, 'access', ({ access }) => access),
    ),
    ...seed.groups.map(({ members }, g) =>
      members.map((value, m) => ({ path: `groups[${g}].members[${m}]`, value })),
    ),
    ...seed.users.map((user, u) => listed(`users[${u}].iamKeys`, user.iamKeys, 'name', ({ name }) => name)),
  ];
  for (const group of groups) {
    const seen = new Set<string>();
    for (const { path, value } of group) {
      if (value === undefined) continue;
      if (seen.has(value)) throw new SeedError(`${path}: ${JSON.stringify(value)} is there twice`);
      seen.add(value);
    }
  }
}

/** Refuses names of projects and users that the file does not have, and keys in projects the user is not in. */
function checkReferences(seed: Seed): void {
  const projects = new Set(seed.projects.map(({ name }) => name));
  const users = new Set(seed.users.map(({ name }) => name));
  const known = (path: string, kind: 'project' | 'user', names: ReadonlySet<string>, name: string) => {
    if (!names.has(name)) throw new SeedError(`${path}: unknown ${kind} ${JSON.stringify(name)}`);
  };
  const project = (path: string, name: string) => known(`${path}.project`, 'project', projects, name);
  for (const [u, user] of seed.users.entries()) {
    const groups = seed.groups.filter(({ members }) => members.includes(user.name));
    const own = new Set([user, ...groups].flatMap(({ roles }) => roles.map((role) => role.project)));
    if (user.defaultProject !== undefined) {
      known(`users[${u}].defaultProject`, 'project', projects, user.defaultProject);
    }
    if (user.kind === 'service_account' && user.password !== undefined) {
      throw new SeedError(`users[${u}].password: a service account has none`);
    }
    for (const [r, role] of user.roles.entries()) project(`users[${u}].roles[${r}]`, role.project);
    for (const kind of ['iamKeys', 's3Keys'] as const) {
      for (const [k, key] of user[kind].entries()) {
        const path = `users[${u}].${kind}[${k}]`;
        project(path, key.project);
        if (!own.has(key.project)) {
          throw new SeedError(`${path}.project: the user has no role in ${JSON.stringify(key.project)}`);
        }
      }
    }
  }
  for (const [g, group] of seed.groups.entries()) {
    for (const [r, role] of group.roles.entries()) project(`groups[${g}].roles[${r}]`, role.project);
    for (const [m, name] of group.members.entries()) known(`groups[${g}].members[${m}]`, 'user', users, name);
  }
  for (const [b, bucket] of seed.buckets.entries()) {
    project(`buckets[${b}]`, bucket.project);
    known(`buckets[${b}].owner`, 'user', users, bucket.owner);
  }
}
