// onggi user totp and onggi project mfa-delete against a running server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { alice, bob, demo, root } from '../support/seed.ts';
import { startServer, type TestServer } from '../support/start-server.ts';
import { authenticator } from '../support/totp.ts';
import { byPassword, type CommandLine, commandLine } from './command-line.ts';

let server: TestServer;
let onggi: CommandLine;
before(async () => {
  server = await startServer();
  onggi = commandLine(server);
});
after(() => server.stop());

test('enrol, confirm, show, remove; and what an account asks of who deletes', async () => {
  const own = byPassword(alice);
  const none = await onggi(own, ['user', 'totp', 'show']);
  assert.deepEqual([none.code, none.stdout], [1, '']);
  assert.match(none.stderr, /^onggi: Could not find credential/);

  const made = await onggi(own, ['user', 'totp', 'enrol', '--json']);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /not shown again/);
  const { secret, uri } = JSON.parse(made.stdout) as { secret: string; uri: string };
  assert.match(uri, /^otpauth:\/\/totp\/Onggi:/);
  const phone = authenticator(secret);
  const wrong = await onggi(own, ['user', 'totp', 'confirm', phone.past()]);
  assert.deepEqual([wrong.code, wrong.stdout], [1, '']);
  assert.match(wrong.stderr, /is wrong, or was used before.*\(HTTP 400\)$/m);
  const confirmed = await onggi(own, ['user', 'totp', 'confirm', await phone.next()]);
  assert.match(confirmed.stdout, /^confirmed +yes$/m);
  assert.doesNotMatch(confirmed.stdout, /secret/);

  const off = await onggi(own, ['project', 'mfa-delete', demo.name]);
  assert.deepEqual([off.code, off.stdout], [0, 'enabled  no\n']);
  const without = await onggi(own, ['project', 'mfa-delete', demo.name, '--enable']);
  assert.deepEqual([without.code, without.stderr], [2, 'onggi: --otp is needed\n']);
  const on = await onggi(own, ['project', 'mfa-delete', demo.name, '--enable', '--otp', await phone.next()]);
  assert.deepEqual([on.code, on.stdout], [0, 'enabled  yes\n'], on.stderr);

  const kept = await onggi(own, ['user', 'totp', 'remove']);
  assert.deepEqual([kept.code, kept.stdout], [1, '']);
  assert.match(kept.stderr, /otp: is needed here/);
  const foreign = await onggi(byPassword(bob), ['user', 'totp', 'remove', alice.id]);
  assert.equal(foreign.code, 1);
  const removed = await onggi(byPassword(root), ['user', 'totp', 'remove', alice.name]);
  assert.deepEqual([removed.code, removed.stdout, removed.stderr], [0, '', '']);
});
