// One-time passwords over the wire, with two processes: enrolment, confirmation, removal, and an account's MFA delete.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { alice, bob, carol, demo, eve, root, type TestUser } from '../support/seed.ts';
import type { TestServer } from '../support/start-server.ts';
import { authenticator } from '../support/totp.ts';
import { awaitEvents } from '../support/trail.ts';
import { assertError, call, forbidden, passwordToken, startWithTokens } from './identity-call.ts';

let server: TestServer;
let [admin, manager, member] = ['', '', ''];
before(async () => {
  ({ server, admin, manager, member } = await startWithTokens({ env: { ONGGI_WORKERS: '2' } }));
});
after(() => server.stop());

interface Totp {
  readonly user_id: string;
  readonly confirmed: boolean;
  readonly created_at: string;
  readonly confirmed_at: string | null;
  readonly secret?: string;
  readonly uri?: string;
}
const at = (user: TestUser, path = '') => `/v3/users/${user.id}/totp${path}`;
const totpOf = (json: unknown) => (json as { totp: Totp }).totp;
const passcode = (code: string) => ({ totp: { passcode: code } });
const wrongCode = /^Invalid input for field otp: is wrong, or was used before\./;

async function enrol(user: TestUser, token: string) {
  const answer = await call(server, at(user), { token, method: 'POST' });
  assert.equal(answer.status, 201, answer.text);
  return { ...totpOf(answer.json), phone: authenticator(totpOf(answer.json).secret ?? '') };
}

test('a user enrols, confirms, and removes by a code', async () => {
  assertError(await call(server, at(bob), { token: member }), 404, /^Could not find credential/);
  const { phone, uri, ...made } = await enrol(bob, member);
  assert.match(made.secret ?? '', /^[A-Z2-7]{32}$/);
  assert.match(uri ?? '', /^otpauth:\/\/totp\/Onggi:/);
  assert.deepEqual([made.user_id, made.confirmed, made.confirmed_at], [bob.id, false, null]);

  const wrong = await call(server, at(bob, '/confirm'), { token: member, body: passcode(phone.past()) });
  assertError(wrong, 400, wrongCode);
  const code = await phone.next();
  const confirmed = await call(server, at(bob, '/confirm'), { token: member, body: passcode(code) });
  assert.equal(confirmed.status, 200, confirmed.text);
  const shown = await call(server, at(bob), { token: member });
  assert.deepEqual(shown.json, confirmed.json);
  assert.equal(totpOf(shown.json).confirmed, true);
  assert.equal(shown.text.includes('secret'), false);
  assert.equal((await call(server, at(bob), { token: member, method: 'POST' })).status, 409);

  for (const body of [{}, passcode(code), passcode(phone.past())]) {
    assert.equal((await call(server, at(bob), { token: member, method: 'DELETE', body })).status, 400);
  }
  const body = passcode(await phone.next());
  assert.equal((await call(server, at(bob), { token: member, method: 'DELETE', body })).status, 204);
  assert.equal((await call(server, at(bob), { token: member })).status, 404);
});

test('only the user itself enrols and confirms; who administers it sees and removes', async () => {
  const { phone } = await enrol(carol, await passwordToken(server, carol));
  for (const token of [admin, manager, member]) {
    const refused = await call(server, at(carol), { token, method: 'POST' });
    assert.equal(refused.status, 403);
    const body = passcode(await phone.next());
    assert.equal((await call(server, at(carol, '/confirm'), { token, body })).status, 403);
  }
  for (const token of [manager, member]) {
    assertError(await call(server, at(carol), { token }), 403, forbidden('identity:get_totp'));
    const refused = await call(server, at(carol), { token, method: 'DELETE' });
    assertError(refused, 403, forbidden('identity:delete_totp'));
  }
  assert.equal((await call(server, at(carol), {})).status, 401);
  assert.equal((await call(server, at(carol), { token: admin })).status, 200);
  assert.equal((await call(server, at(carol), { token: admin, method: 'DELETE' })).status, 204);
  assert.equal((await call(server, at(carol), { token: admin })).status, 404);
});

test('bodies that are none are refused', async () => {
  for (const body of ['', '{', '[]', {}, { totp: {} }, { totp: { passcode: 123456 } }]) {
    const answer = await call(server, at(bob, '/confirm'), { token: member, body });
    assert.equal(answer.status, 400, JSON.stringify(body));
  }
});

test("an account's MFA delete is turned on and off by its administrators, with a code", async () => {
  const path = `/v3/projects/${demo.id}/mfa_delete`;
  const set = (enabled: boolean, code: string, token = manager) =>
    call(server, path, { token, method: 'PUT', body: { mfa_delete: { enabled, passcode: code } } });
  const { phone } = await enrol(alice, manager);
  assert.equal((await set(true, await phone.next())).status, 400, 'not confirmed');
  const confirm = { token: manager, body: passcode(await phone.next()) };
  assert.equal((await call(server, at(alice, '/confirm'), confirm)).status, 200);
  assertError(await set(true, phone.past()), 400, wrongCode);
  const off = { mfa_delete: { enabled: false } };
  assert.deepEqual((await call(server, path, { token: member })).json, off);
  for (const user of [bob, eve]) {
    const token = await passwordToken(server, user);
    assertError(await set(true, '000000', token), 403, forbidden('identity:update_mfa_delete'));
  }
  // May, but has no authenticator.
  assertError(await set(true, '000000', admin), 400, /you have enrolled no authenticator/);
  const code = await phone.next();
  const on = await set(true, code);
  assert.deepEqual([on.status, on.json], [200, { mfa_delete: { enabled: true } }]);
  assert.deepEqual((await call(server, path, { token: member })).json, on.json);
  assertError(await set(false, code), 400, wrongCode);
  assert.deepEqual((await set(false, await phone.next())).json, off);
  await call(server, at(alice), { token: admin, method: 'DELETE' });
});

test('no secret and no code is in the log or the trail', async () => {
  const { phone, secret = '' } = await enrol(root, admin);
  const code = await phone.next();
  await call(server, at(root, '/confirm'), { token: admin, body: passcode(code) });
  const events = JSON.stringify(
    await awaitEvents(server, admin, `?eventName=ConfirmTotp&user=${root.id}`, 1),
  );
  assert.match(events, /ConfirmTotp/);
  for (const text of [events, server.stderr()]) {
    assert.equal(text.includes(secret), false);
    assert.doesNotMatch(text, new RegExp(`(?<!\\d)${code}(?!\\d)`));
  }
});
