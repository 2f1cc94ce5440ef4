import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeedError } from '../core/identity/seed.ts';
import { parseSeed } from './seed-file.ts';

const sample = `
projects:
  - { id: 0bc7a4c4a8fb4fee98dcf1936d8ed8eb, name: demo, accountNumber: "1234567890" }
users:
  - id: f61e7df2a1d349e7b35d62ef9c615853
    name: alice@example.com
    displayName: Alice
    password: correct horse battery
    serviceAdmin: true
    roles:   [{ project: demo, role: project-admin }]
    iamKeys: [{ id: 11111111111111111111111111111111, name: ci, secret: s3cret, project: demo }]
    s3Keys:  [{ access: AKIDDEMO, secret: 0123, project: demo }]
  - { name: robot, kind: service_account }
buckets:
  - { name: photos, project: demo, owner: alice@example.com }
`;

test('reads the documented sample, every scalar as text', () => {
  const seed = parseSeed(sample);
  assert.deepEqual(seed.projects, [
    { id: '0bc7a4c4a8fb4fee98dcf1936d8ed8eb', name: 'demo', accountNumber: '1234567890' },
  ]);
  const [alice, robot] = seed.users;
  assert.equal(alice?.serviceAdmin, true);
  assert.equal(alice?.iamKeys[0]?.id, '1'.repeat(32));
  assert.equal(alice?.s3Keys[0]?.secret, '0123');
  assert.deepEqual(robot, { name: 'robot', kind: 'service_account', roles: [], iamKeys: [], s3Keys: [] });
  assert.deepEqual(seed.buckets, [{ name: 'photos', project: 'demo', owner: 'alice@example.com' }]);
});

test('a bucket may be encrypted or not, and says nothing otherwise', () => {
  for (const [text, useEncryption] of [
    ['true', true],
    ['false', false],
  ] as const) {
    const { buckets } = parseSeed(sample.replace('name: photos', `useEncryption: ${text}, name: photos`));
    assert.deepEqual(buckets, [
      { name: 'photos', project: 'demo', owner: 'alice@example.com', useEncryption },
    ]);
  }
  assert.throws(
    () => parseSeed(sample.replace('name: photos', 'useEncryption: maybe, name: photos')),
    (error) => error instanceof SeedError && /^buckets\[0\]\.useEncryption: /.test(error.message),
  );
});

test('an empty file is an empty seed', () => {
  for (const text of ['', '# nothing\n', '{}', '---\n']) {
    assert.deepEqual(parseSeed(text), { projects: [], users: [], groups: [], buckets: [] });
  }
});

test('groups, and the home of an account', () => {
  const seed = parseSeed(
    'projects: [{ name: demo }]\n' +
      'users: [{ name: robot, kind: service_account, defaultProject: demo, s3Keys: [{ access: A, secret: s, project: demo }] }]\n' +
      'groups: [{ name: crew, members: [robot], roles: [{ project: demo, role: none }] }, { name: empty }]',
  );
  assert.equal(seed.users[0]?.defaultProject, 'demo');
  assert.deepEqual(seed.groups, [
    { name: 'crew', members: ['robot'], roles: [{ project: 'demo', role: 'none' }] },
    { name: 'empty', members: [], roles: [] },
  ]);
});

const p = 'projects: [{ name: demo }]\n';
const refused: readonly [text: string, message: string | RegExp][] = [
  ['groups: [{ name: a, members: [x] }]', 'groups[0].members[0]: unknown user "x"'],
  [
    'users: [{ name: x }]\ngroups: [{ name: a, members: [x, x] }]',
    'groups[0].members[1]: "x" is there twice',
  ],
  ['groups: [{ name: a }, { name: a }]', 'groups[1].name: "a" is there twice'],
  ['groups: [{ name: a, id: b }]', 'groups[0].id: must be 32 lower-case hex characters'],
  ['groups: [{ name: a, users: [x] }]', 'groups[0].users: unknown field'],
  [
    'groups: [{ name: a, roles: [{ project: lab, role: none }] }]',
    'groups[0].roles[0].project: unknown project "lab"',
  ],
  [
    `${p}groups: [{ name: a, roles: [{ project: demo, role: boss }] }]`,
    /^groups\[0\]\.roles\[0\]\.role: must be one of /,
  ],
  ['users: [{ name: a, defaultProject: lab }]', 'users[0].defaultProject: unknown project "lab"'],
  [
    'users: [{ name: a, kind: service_account, password: x }]',
    'users[0].password: a service account has none',
  ],
  ['- a', 'the file: must be a map'],
  ['just words', 'the file: must be a map'],
  ['projects: {', /^not valid YAML at line 1: /],
  ['projects: *x', /^not valid YAML/],
  ['projects: []\nprojects: []', /^not valid YAML at line 2: DUPLICATE_KEY/],
  ['colour: red', 'colour: unknown field'],
  ['projects: demo', 'projects: must be a list'],
  ['projects:', 'projects: must be a list'],
  ['projects: [demo]', 'projects[0]: must be a map'],
  ['projects: [{}]', 'projects[0].name: is missing'],
  ['projects: [{ name: "" }]', 'projects[0].name: must not be empty'],
  ['projects: [{ name: [a] }]', 'projects[0].name: must be a text'],
  ['projects: [{ name: a, id: 123 }]', 'projects[0].id: must be 32 lower-case hex characters'],
  ['projects: [{ name: a, accountNumber: 12 }]', 'projects[0].accountNumber: must be ten digits'],
  ['projects: [{ name: a }, { name: a }]', 'projects[1].name: "a" is there twice'],
  ['users: [{ name: a, secret: x }]', 'users[0].secret: unknown field'],
  ['users: [{ name: a, serviceAdmin: yes }]', 'users[0].serviceAdmin: must be one of true, false'],
  ['users: [{ name: a, kind: robot }]', 'users[0].kind: must be one of user, service_account'],
  [
    `${p}users: [{ name: a, roles: [{ project: x, role: none }] }]`,
    'users[0].roles[0].project: unknown project "x"',
  ],
  [
    `${p}users: [{ name: a, roles: [{ project: demo, role: admin }] }]`,
    /^users\[0\]\.roles\[0\]\.role: must be one of project-admin, /,
  ],
  [
    `${p}users: [{ name: a, s3Keys: [{ access: k, secret: s, project: demo }] }]`,
    'users[0].s3Keys[0].project: the user has no role in "demo"',
  ],
  [
    `${p}users: [{ name: a, iamKeys: [{ name: k, project: demo }] }]`,
    'users[0].iamKeys[0].secret: is missing',
  ],
  [`${p}buckets: [{ name: b, project: demo, owner: x }]`, 'buckets[0].owner: unknown user "x"'],
  [`${p}buckets: [{ name: b, project: y, owner: x }]`, 'buckets[0].project: unknown project "y"'],
];
for (const [text, message] of refused) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parseSeed(text),
      (error) => {
        assert.ok(error instanceof SeedError);
        if (typeof message === 'string') assert.equal(error.message, message);
        else assert.match(error.message, message);
        assert.ok(!error.message.includes('\n'));
        return true;
      },
    );
  });
}
