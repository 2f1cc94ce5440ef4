// One-time passwords: enrolment, each code once, the pause after wrong ones, and what an account asks of who deletes.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  type MemoryCore,
  makeSlow,
  memoryCore,
  testActor,
  testProject,
} from '../../../test/support/memory-core.ts';
import { fromBase32 } from '../../../test/support/totp.ts';
import { base32, hotp, totpStep } from '../../base/totp.ts';
import type { UserActor } from '../actor.ts';
import { type CoreErrorCode, isCoreError } from '../errors.ts';
import { positionAt } from '../trail/event.ts';
import { jobWitness } from '../trail/job-witness.ts';
import { freshSpan } from '../trail/keys.ts';
import { authorizeDeletion, setMfaDelete } from './mfa-delete.ts';
import {
  confirmOneTimePassword,
  enrolOneTimePassword,
  getOneTimePassword,
  isWrongCode,
  removeOneTimePassword,
  useOneTimePassword,
} from './one-time-passwords.ts';
import { createProject } from './projects.ts';
import type { ProjectRecord, UserRecord } from './records.ts';
import { secondFactor } from './second-factor.ts';
import { createUser, deleteUser } from './users.ts';

let core: MemoryCore;
let user: UserRecord;
let secret: string;
let enrolled: ReturnType<typeof enrolOneTimePassword>;

beforeEach(async () => {
  core = await memoryCore({}, []);
  user = await createUser(core, { name: 'alice@example.com' });
  enrolled = enrolOneTimePassword(core, user.id);
  secret = (await enrolled).secret;
});

/** What an authenticator shows `away` steps from now. */
function code(away = 0): string {
  return hotp(fromBase32(secret), totpStep(core.clock()) + away);
}

const failsWith = (name: CoreErrorCode) => (error: unknown) => isCoreError(error, name);
const use = (text: string | undefined) => useOneTimePassword(core, user.id, text);
const confirm = (text = code()) => confirmOneTimePassword(core, user.id, text);
const aWrongOne = () =>
  code() === '000000' || code(1) === '000000' || code(-1) === '000000' ? '000001' : '000000';

test('a secret of 160 bits, with a URI for authenticators, is shown once and stored sealed', async () => {
  const { uri, ...shown } = await enrolled;
  assert.equal(fromBase32(secret).length, 20);
  assert.equal(base32(fromBase32(secret)), secret);
  const expected = `otpauth://totp/Onggi:alice%40example.com?secret=${secret}&issuer=Onggi&algorithm=SHA1&digits=6&period=30`;
  assert.equal(uri, expected);
  assert.equal(shown.confirmedAt, undefined);
  assert.equal('secret' in (await getOneTimePassword(core, user.id)), false);
  for (const { value } of await core.meta.range({ start: Buffer.of(0), end: Buffer.of(0xff), limit: 1000 })) {
    assert.equal(Buffer.from(value).includes(secret), false);
    assert.equal(Buffer.from(value).includes(fromBase32(secret)), false);
  }
});

test('nothing is proved before the first code', async () => {
  await assert.rejects(use(code()), isWrongCode);
  const { confirmedAt } = await confirm();
  assert.equal(confirmedAt, core.clock());
  await assert.rejects(use(code()), isWrongCode, 'the code of the confirmation is used up');
  core.advance(30_000);
  await use(code());
});

test('each code counts once, and none before it any more', async () => {
  await confirm(code(-1));
  await use(code(1));
  for (const away of [-1, 0, 1]) await assert.rejects(use(code(away)), isWrongCode);
  core.advance(60_000);
  await use(code());
});

test('of one code used many times at once, one counts', async () => {
  await confirm(code(-1));
  makeSlow(core, 3);
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => use(code())));
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('after five wrong codes in a row none is looked at, for longer and longer', async () => {
  await confirm(code(-1));
  for (let i = 0; i < 4; i += 1) await assert.rejects(use(aWrongOne()), isWrongCode);
  await use(code());
  core.advance(30_000);
  for (let i = 0; i < 5; i += 1) await assert.rejects(use(aWrongOne()), isWrongCode);
  await assert.rejects(use(code()), /not looked at for 30 seconds/);
  core.advance(29_999);
  await assert.rejects(use(code()), isWrongCode);
  core.advance(1);
  await assert.rejects(use(aWrongOne()), isWrongCode);
  core.advance(59_999);
  await assert.rejects(use(code()), isWrongCode);
  core.advance(1);
  await use(code());
  for (let i = 0; i < 30; i += 1) {
    await assert.rejects(use(aWrongOne()), isWrongCode);
    core.advance(3_600_000);
  }
  await use(code());
});

test('a code is no event: what it lets the call do is, and is told of with that alone', async () => {
  const told = async () =>
    (await core.meta.range({ ...freshSpan(positionAt(0), positionAt(2 ** 47)), limit: 9 })).length;
  const calling = jobWitness(core, { name: 'test' }, 'DeleteObject', { type: 'Object', name: 'k' }).core;
  await assert.rejects(confirmOneTimePassword(calling, user.id, aWrongOne()), isWrongCode);
  assert.equal(await told(), 0);
  await confirmOneTimePassword(calling, user.id, code(-1));
  assert.equal(await told(), 1, 'the confirmation itself');
  const other = jobWitness(core, { name: 'test' }, 'DeleteObject', { type: 'Object', name: 'k' }).core;
  await useOneTimePassword(other, user.id, code());
  await assert.rejects(useOneTimePassword(other, user.id, aWrongOne()), isWrongCode);
  assert.equal(await told(), 1);
  await removeOneTimePassword(other, user.id);
  assert.equal(await told(), 2);
});

test('a call spends its code once, for all that asks for it, and only for its own device', async () => {
  await confirm(code(-1));
  const actor: UserActor = { ...testActor, userId: user.id };
  const shown = { code: code(), serial: user.id };
  const factor = secondFactor(core, actor, shown);
  await Promise.all([factor.spend(), factor.spend()]);
  await factor.spend();
  const again = secondFactor(core, actor, shown);
  for (let i = 0; i < 2; i += 1) await assert.rejects(again.spend(), isWrongCode);
  const fresh = { code: code(1) };
  for (const serial of ['', user.id.toUpperCase(), `arn:aws:iam::${testProject}:mfa/`, '0'.repeat(32)]) {
    await assert.rejects(secondFactor(core, actor, { ...fresh, serial }).spend(), /serial number/);
  }
  const nobody = secondFactor(core, { kind: 'anonymous', address: '' }, { ...fresh, serial: user.id });
  await assert.rejects(nobody.spend(), isWrongCode);
  const serial = `arn:aws:iam::${testProject}:mfa/${actor.userName}`;
  await secondFactor(core, actor, { ...fresh, serial }).spend();
});

test('guesses made at once are counted each', async () => {
  await confirm(code(-1));
  const wrong = aWrongOne();
  await Promise.allSettled(Array.from({ length: 12 }, () => use(wrong)));
  await assert.rejects(use(code()), /not looked at/);
});

test('a missing code, and what is no code, count as no guess', async () => {
  await confirm(code(-1));
  for (const text of [undefined, '', '12345', '1234567', 'abcdef', '１２３４５６', '12 456']) {
    await assert.rejects(use(text), isWrongCode, String(text));
  }
  await use(code());
});

test('one in use is replaced only after it was removed; an unconfirmed one at once', async () => {
  const old = code();
  secret = (await enrolOneTimePassword(core, user.id)).secret;
  await assert.rejects(confirm(old), isWrongCode);
  await confirm();
  await assert.rejects(enrolOneTimePassword(core, user.id), failsWith('Duplicate'));
  await assert.rejects(confirm(), failsWith('Duplicate'));
  await removeOneTimePassword(core, user.id);
  await assert.rejects(getOneTimePassword(core, user.id), failsWith('NoSuchCredential'));
  await assert.rejects(removeOneTimePassword(core, user.id), failsWith('NoSuchCredential'));
  await assert.rejects(use(code()), isWrongCode);
});

test('enrolling anew is no way around the pause', async () => {
  for (let i = 0; i < 5; i += 1) await assert.rejects(confirm(aWrongOne()), isWrongCode);
  secret = (await enrolOneTimePassword(core, user.id)).secret;
  await assert.rejects(confirm(), /not looked at/);
});

test('it goes with its user', async () => {
  await confirm();
  await deleteUser(core, user.id);
  await assert.rejects(getOneTimePassword(core, user.id), failsWith('NoSuchCredential'));
  await assert.rejects(enrolOneTimePassword(core, user.id), failsWith('NoSuchUser'));
});

test('a sealed secret opens in its own record alone', async () => {
  const { oneTimePasswordFormat } = await import('./codecs.ts');
  const { oneTimePasswordKey } = await import('./keys.ts');
  const eve = await createUser(core, { name: 'eve' });
  const [entry] = await core.meta.get([oneTimePasswordKey(user.id)]);
  assert.ok(entry !== undefined);
  const moved = { ...oneTimePasswordFormat.decode(entry.value), userId: eve.id };
  await core.meta.commit({ puts: [[oneTimePasswordKey(eve.id), oneTimePasswordFormat.encode(moved)]] });
  await assert.rejects(confirmOneTimePassword(core, eve.id, code()), failsWith('Internal'));
});

test('an account that wants a code for deletions gets one, until it wants none', async () => {
  const demo: ProjectRecord = await createProject(core, { name: 'demo' });
  const actor: UserActor = { ...testActor, userId: user.id };
  const wish = (enabled: boolean, otp?: string) => ({ project: demo.id, enabled, otp });
  const may = (otp?: string) => authorizeDeletion(core, actor, demo.id, otp);
  await may();
  await may('not looked at');
  await assert.rejects(setMfaDelete(core, actor, wish(true)), isWrongCode);
  await assert.rejects(setMfaDelete(core, actor, wish(true, code())), isWrongCode, 'not confirmed');
  await confirm(code(-1));
  assert.equal((await setMfaDelete(core, actor, wish(true, code()))).mfaDelete, true);
  await assert.rejects(may(), isWrongCode);
  await assert.rejects(may(code()), isWrongCode, 'used up');
  core.advance(30_000);
  await may(code());
  await assert.rejects(may(code()), isWrongCode);
  await assert.rejects(setMfaDelete(core, actor, wish(false, aWrongOne())), isWrongCode);
  core.advance(30_000);
  await setMfaDelete(core, actor, wish(false, code()));
  await may();
});
