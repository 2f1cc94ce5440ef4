// IssueToken: POST /v3/auth/tokens, every form and every refusal of the contract.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { issueToken } from '../support/iam.ts';
import { alice, carol, dave, demo, other } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import {
  assertError,
  byCredential,
  byPassword,
  call,
  clientInError,
  forbidden,
  needsAuthentication,
  passwordToken,
  send,
} from './identity-call.ts';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const issue = (body: unknown, headers: Record<string, string> = {}, query = '') =>
  call(server, `/v3/auth/tokens${query}`, { method: 'POST', body, headers });
const { id, name, secret } = alice.iamKey;
const domain = { id: 'default', name: 'Default' };

/** The parts of a description that differ from token to token, checked by their form. */
function takeToken(json: unknown): Record<string, unknown> {
  const { token } = json as { token: Record<string, unknown> };
  const { audit_ids: auditIds, issued_at: issuedAt, expires_at: expiresAt, catalog: _, ...rest } = token;
  const [auditId, ...more] = auditIds as string[];
  assert.match(auditId ?? '', /^[\w-]{22}$/);
  assert.deepEqual(more, []);
  for (const time of [issuedAt, expiresAt])
    assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.equal(Date.parse(String(expiresAt)) - Date.parse(String(issuedAt)), 43_200_000);
  assert.ok(Math.abs(Date.parse(String(issuedAt)) - Date.now()) < 60_000);
  return rest;
}

const roleOf = (json: unknown) => {
  const { roles } = (json as { token: { roles: { id: string; name: string }[] } }).token;
  for (const role of roles) assert.match(role.id, /^[0-9a-f]{32}$/);
  return roles.map((role) => role.name);
};

test('the id form answers the documented description, field for field', async () => {
  const answer = await issue(byCredential({ id, secret }));
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.headers.get('content-type'), 'application/json');
  const token = answer.headers.get('x-subject-token') ?? '';
  assert.match(token, /^gAAAAAB[\w-]+$/);
  assert.ok(token.length >= 160 && token.length <= 210);
  const { roles, ...rest } = takeToken(answer.json);
  assert.deepEqual(roleOf(answer.json), ['project-admin']);
  assert.equal((roles as unknown[]).length, 1);
  assert.deepEqual(rest, {
    methods: ['application_credential'],
    user: { id: alice.id, name: alice.name, domain, password_expires_at: null },
    project: { id: demo.id, name: 'demo', domain },
    is_domain: false,
    application_credential: { id, name, restricted: false },
  });
});

test('the catalog has storage, identity and S3 where they are', async () => {
  const { json } = await issue(byCredential({ id, secret }));
  const { catalog } = (json as { token: { catalog: Record<string, unknown>[] } }).token;
  const urls = catalog.map(({ type, name: service, endpoints }) => {
    const list = endpoints as Record<string, string>[];
    for (const endpoint of list) {
      assert.equal(endpoint.region, 'kr-central-2');
      assert.equal(endpoint.region_id, 'kr-central-2');
      assert.match(endpoint.id ?? '', /^[0-9a-f]{32}$/);
    }
    return [type, service, list.find((one) => one.interface === 'public')?.url];
  });
  assert.deepEqual(urls, [
    ['object-store', 'swift', `${server.url}/v1/${demo.id}`],
    ['identity', 'keystone', `${server.url}/identity/v3`],
    ['s3', 's3', server.url],
  ]);
});

test('all four forms of an application credential, and an id beside a name wins', async () => {
  for (const credential of [
    { id, secret },
    { name, secret, user: { id: alice.id } },
    { name, secret, user: { name: alice.name, domain: { name: 'Default' } } },
    { name, secret, user: { name: alice.name, domain: { id: 'default' } } },
    { id, name: 'another', secret, user: { id: 'nobody' } },
  ]) {
    const answer = await issue(byCredential(credential));
    assert.equal(answer.status, 201, answer.text);
    assert.equal((takeToken(answer.json).user as { id: string }).id, alice.id);
  }
});

test('nocatalog leaves the catalog out', async () => {
  for (const query of ['?nocatalog', '?nocatalog=1']) {
    const { json } = await issue(byCredential({ id, secret }), {}, query);
    assert.equal('catalog' in (json as { token: object }).token, false);
  }
});

test('the same at /v3', async () => {
  const answer = await send(`${server.url}/v3/auth/tokens`, { body: byCredential({ id, secret }) });
  assert.equal(answer.status, 201);
});

test('a Content-Type with parameters will do; another or none gets no token', async () => {
  const body = byCredential({ id, secret });
  assert.equal((await issue(body, { 'Content-Type': 'Application/JSON; charset=UTF-8' })).status, 201);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
    const answer = await issue(body, { 'Content-Type': type });
    assertError(answer, 400, `Expecting to find application/json in Content-Type header. ${clientInError}`);
    assert.equal(answer.headers.get('x-subject-token'), null);
  }
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const bare = await fetch(`${server.url}/identity/v3/auth/tokens`, { method: 'POST', body: bytes });
  assert.equal(bare.status, 400);
  assert.equal(bare.headers.get('x-subject-token'), null);
  assert.match(await bare.text(), /Expecting to find application\/json in Content-Type header/);
});

const wrong: readonly [what: string, credential: unknown][] = [
  ['wrong secret', { id, secret: `${secret}x` }],
  ['secret missing', { id }],
  ['unknown id', { id: '0'.repeat(32), secret }],
  ['malformed id', { id: '../etc', secret }],
  ['unknown name', { name: 'nope', secret, user: { id: alice.id } }],
  ['unknown user', { name, secret, user: { id: '0'.repeat(32) } }],
  ['unknown user name', { name, secret, user: { name: 'nobody', domain: { id: 'default' } } }],
  ['unknown domain', { name, secret, user: { name: alice.name, domain: { name: 'Nowhere' } } }],
  ["another user's key name", { name, secret, user: { id: carol.id } }],
];
for (const [what, credential] of wrong) {
  test(`401: ${what}`, async () =>
    assertError(await issue(byCredential(credential)), 401, needsAuthentication));
}

test('401: a scope, whatever it names', async () => {
  for (const scope of [
    { project: { id: demo.id } },
    { project: { id: other.id } },
    { unscoped: {} },
    'unscoped',
  ]) {
    assertError(
      await issue(byCredential({ id, secret }, scope)),
      401,
      'Error authenticating with application credential: Application credentials cannot request a scope.',
      { identity: {} },
    );
  }
});

const identity = (members: object) => ({ auth: { identity: members } });
const malformed: readonly [what: string, body: unknown, missing: string][] = [
  ['an empty object', {}, 'auth in request body'],
  ['an empty body', '', 'auth in request body'],
  ['no JSON', '{"auth":', 'valid JSON in request body'],
  ['bytes that are not UTF-8', Buffer.from('{"auth":"\xff"}', 'latin1'), 'valid JSON in request body'],
  ['an array', [], 'valid JSON in request body'],
  ['auth of another type', { auth: 'x' }, 'auth in request body'],
  ['no identity', { auth: {} }, 'identity in auth'],
  ['no methods', identity({}), 'methods in identity'],
  ['methods of another type', identity({ methods: 'password' }), 'methods in identity'],
  [
    'a method without its member',
    identity({ methods: ['application_credential'] }),
    'application_credential in identity',
  ],
  [
    'a member of another type',
    identity({ methods: ['application_credential'], application_credential: 'x' }),
    'application_credential in identity',
  ],
  ['neither id nor name', byCredential({ secret }), 'name or ID in application credential'],
  ['a name without user', byCredential({ name, secret }), 'user in application credential'],
  ['a user name without domain', byCredential({ name, secret, user: { name: 'x' } }), 'domain in user'],
  ['an id of another type', byCredential({ id: 5, secret }), 'id in application credential'],
  ['a secret of another type', byCredential({ id, secret: [secret] }), 'secret in application credential'],
  ['password: no user', identity({ methods: ['password'], password: {} }), 'user in password'],
  ['password: none', byPassword({ id: alice.id }), 'password in user'],
  ['password: a name without domain', byPassword({ name: 'x', password: 'y' }), 'domain in user'],
  [
    'password: a project name without domain',
    byPassword({ id: alice.id, password: alice.password }, { project: { name: 'demo' } }),
    'domain in project',
  ],
  [
    'password: an empty scope',
    byPassword({ id: alice.id, password: alice.password }, {}),
    'project in scope',
  ],
];
for (const [what, body, missing] of malformed) {
  test(`400: ${what}`, async () => {
    assertError(await issue(body), 400, `Expecting to find ${missing}. ${clientInError}`);
  });
}

test('401: no method, an unknown one, or several', async () => {
  assertError(await issue(identity({ methods: [] })), 401, needsAuthentication);
  const supported = { identity: { methods: ['application_credential', 'password', 'token'] } };
  for (const methods of [['oauth1'], ['password', 'application_credential'], [5]]) {
    assertError(
      await issue(identity({ methods })),
      401,
      'Attempted to authenticate with an unsupported method.',
      supported,
    );
  }
});

test('413: a body longer than Keystone reads', async () => {
  assertError(await issue(byCredential({ id, secret: 'x'.repeat(120_000) })), 413, /too large/);
});

test('a password gives a token for a project, by names and by ids', async () => {
  const users = [{ id: alice.id }, { name: alice.name, domain: { name: 'Default' } }];
  const projects = [{ id: demo.id }, { name: 'demo', domain: { id: 'default' } }];
  for (const user of users) {
    for (const project of projects) {
      const answer = await issue(byPassword({ ...user, password: alice.password }, { project }));
      assert.equal(answer.status, 201, answer.text);
      const { roles: _, ...rest } = takeToken(answer.json);
      assert.deepEqual(rest, {
        methods: ['password'],
        user: { id: alice.id, name: alice.name, domain, password_expires_at: null },
        project: { id: demo.id, name: 'demo', domain },
        is_domain: false,
      });
    }
  }
});

test('a password without scope gives an unscoped token', async () => {
  for (const scope of [undefined, 'unscoped', { unscoped: {} }]) {
    const answer = await issue(byPassword({ id: alice.id, password: alice.password }, scope));
    assert.equal(answer.status, 201, answer.text);
    const { token } = answer.json as { token: object };
    assert.deepEqual(Object.keys(token).sort(), ['audit_ids', 'expires_at', 'issued_at', 'methods', 'user']);
  }
});

test('401: a wrong password, an unknown user, a project without the user, a domain, the system', async () => {
  const right = { id: alice.id, password: alice.password };
  for (const body of [
    byPassword({ ...right, password: 'wrong' }),
    byPassword({ ...right, password: '' }),
    byPassword({ name: 'nobody', domain: { id: 'default' }, password: 'x' }),
    byPassword(right, { project: { id: other.id } }),
    byPassword(right, { project: { id: 'no id' } }),
    byPassword(right, { domain: { id: 'default' } }),
    byPassword(right, { system: { all: true } }),
  ]) {
    assertError(await issue(body), 401, needsAuthentication);
  }
});

test('a password token gets tokens for other scopes, which end with it', async () => {
  const unscoped = await passwordToken(server, alice, 'unscoped');
  const rescope = (token: string, scope?: unknown) =>
    issue({
      auth: {
        identity: { methods: ['token'], token: { id: token } },
        ...(scope === undefined ? {} : { scope }),
      },
    });
  const scoped = await rescope(unscoped, { project: { id: demo.id } });
  assert.equal(scoped.status, 201, scoped.text);
  const { token } = scoped.json as {
    token: { methods: string[]; project: { id: string }; expires_at: string };
  };
  assert.deepEqual(token.methods, ['password', 'token']);
  assert.equal(token.project.id, demo.id);
  const validated = await call(server, '/v3/auth/tokens', {
    token: unscoped,
    headers: { 'X-Subject-Token': unscoped },
  });
  assert.equal((validated.json as { token: { expires_at: string } }).token.expires_at, token.expires_at);
  assertError(await rescope(unscoped, { project: { id: other.id } }), 401, needsAuthentication);
  assertError(await rescope('gAAAAABnonsense'), 401, needsAuthentication);
  assertError(
    await rescope(await issueToken(server, alice)),
    403,
    forbidden('Using a delegated token to create another token is not allowed.'),
  );
});

test('a user without storage rights gets a token that says so', async () => {
  const answer = await issue(byCredential({ id: dave.iamKey.id, secret: dave.iamKey.secret }));
  assert.equal(answer.status, 201);
  assert.deepEqual(roleOf(answer.json), ['none']);
});

test('parallel requests are all served', async () => {
  const answers = await Promise.all(Array.from({ length: 32 }, () => issue(byCredential({ id, secret }))));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
  assert.equal(new Set(answers.map(({ headers }) => headers.get('x-subject-token'))).size, 32);
});
