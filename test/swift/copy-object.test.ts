// COPY of an object to its Destination, and PUT with X-Copy-From
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { alice, bob, carol, dave, demo, eve, other } from '../support/seed.ts';
import {
  accountName,
  assertEmpty,
  assertPage,
  assertSentence,
  html,
  httpDateForm,
  type SwiftAccount,
  useSwift,
} from '../support/swift.ts';

const swift = useSwift(prepare);
let account: SwiftAccount;
let box: string;
let source: string;
async function prepare() {
  account = await swift.account(alice);
  box = await account.container();
  source = `${box}/source`;
  await account.put(source, '0123456789', {
    'Content-Type': 'text/x',
    'X-Object-Meta-A': 'b',
    'Content-Language': 'ko',
  });
}

const copyTo = (destination: string, headers: Record<string, string> = {}, from = source) =>
  account.call('COPY', from, { headers: { Destination: destination, ...headers } });
const copyFrom = (target: string, headers: Record<string, string>) => account.put(target, '', headers);

for (const dialect of ['kakaocloud', 'upstream'] as const) {
  test(`both ways answer 201 and say where from (${dialect})`, async () => {
    const own = await swift.account(alice, dialect);
    const answers = [
      await own.call('COPY', source, { headers: { Destination: `${box}/one` } }),
      await own.put(`${box}/two`, '', { 'X-Copy-From': source }),
    ];
    for (const answer of answers) {
      assertEmpty(answer, 201);
      const { headers } = answer;
      assert.equal(headers['content-type'], html);
      assert.equal(headers.etag, '781e5e245d69b566979b86e28d23f2c7');
      assert.match(headers['last-modified'] ?? '', httpDateForm);
      assert.equal(headers['x-copied-from-account'], accountName(demo, dialect));
      assert.equal(headers['x-copied-from'], source.slice(1));
      assert.match(headers['x-copied-from-last-modified'] ?? '', httpDateForm);
      assert.equal(headers['x-object-meta-a'], 'b');
    }
    for (const copy of ['one', 'two']) {
      const { text, headers } = await own.get(`${box}/${copy}`);
      assert.equal(text, '0123456789');
      assert.equal(headers['content-type'], 'text/x');
      assert.equal(headers['content-language'], 'ko');
      assert.equal(headers['x-object-meta-a'], 'b');
    }
  });
}

test('names are percent-encoded, with or without a slash in front', async () => {
  assert.equal((await copyTo(`${box}/r%20%E2%98%83+%252F`)).status, 201);
  const path = `${box}/r%20%E2%98%83+%252F`;
  assert.equal((await account.get(path)).text, '0123456789');
  const back = await copyTo(`${box.slice(1)}//slashed/`, {}, path);
  assert.equal(back.headers['x-copied-from'], `${box.slice(1)}/r%20%E2%98%83%2B%252F`);
  assert.equal((await account.get(`${box}//slashed/`)).text, '0123456789');
});

describe('what the copy carries', () => {
  test('the source’s metadata, and over it the request’s', async () => {
    const answer = await copyTo(`${box}/merged`, { 'X-Object-Meta-Z': '9', 'Content-Type': 'a/b' });
    assert.equal(answer.headers['x-object-meta-z'], '9');
    const { headers } = await account.head(`${box}/merged`);
    assert.deepEqual(
      [headers['x-object-meta-a'], headers['x-object-meta-z'], headers['content-type']],
      ['b', '9', 'a/b'],
    );
  });

  test('with X-Fresh-Metadata the request’s alone, and the type', async () => {
    await copyTo(`${box}/fresh`, { 'X-Fresh-Metadata': 'true', 'X-Object-Meta-Z': '9' });
    const { headers } = await account.head(`${box}/fresh`);
    assert.deepEqual([headers['x-object-meta-a'], headers['x-object-meta-z']], [undefined, '9']);
    assert.deepEqual([headers['content-language'], headers['content-type']], [undefined, 'text/x']);
  });

  test('the time of deletion, unless it is fresh, moved or removed', async () => {
    const at = String(Math.floor(Date.now() / 1000) + 5000);
    await account.put(`${box}/timed`, 'x', { 'X-Delete-At': at });
    const timed = async (headers: Record<string, string>) => {
      await copyTo(`${box}/timed2`, headers, `${box}/timed`);
      return (await account.head(`${box}/timed2`)).headers['x-delete-at'];
    };
    assert.equal(await timed({}), at);
    assert.equal(await timed({ 'X-Fresh-Metadata': 'yes' }), undefined);
    assert.equal(await timed({ 'X-Remove-Delete-At': '1' }), undefined);
    assert.notEqual(await timed({ 'X-Delete-After': '100' }), at);
  });

  test('a copy onto itself changes metadata in place', async () => {
    const self = `${box}/self`;
    await account.put(self, 'self', { 'X-Object-Meta-A': '1' });
    assert.equal((await copyTo(self, { 'X-Object-Meta-B': '2' }, self)).status, 201);
    const { text, headers } = await account.get(self);
    assert.deepEqual([text, headers['x-object-meta-a'], headers['x-object-meta-b']], ['self', '1', '2']);
  });

  test('limits hold for what is merged', async () => {
    const many = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`X-Object-Meta-K${i}`, 'v']));
    assertSentence(await copyTo(`${box}/many`, many), 400, 'Too many metadata items; max 90');
  });
});

test('lives on when the source is gone', async () => {
  const bytes = randomBytes(300_000);
  await account.put(`${box}/original`, bytes);
  await copyTo(`${box}/survivor`, {}, `${box}/original`);
  await account.delete(`${box}/original`);
  assert.ok((await account.get(`${box}/survivor`)).bytes.equals(bytes));
});

test('a range copies a part', async () => {
  const answer = await copyFrom(`${box}/part`, { 'X-Copy-From': source, Range: 'bytes=2-4' });
  assert.deepEqual([answer.status, answer.headers.etag], [201, '289dff07669d7a23de0ef88d2f7129e7']);
  const { text, headers } = await account.get(`${box}/part`);
  assert.deepEqual([text, headers.etag, headers['x-object-meta-a']], ['234', answer.headers.etag, 'b']);
  assert.equal((await copyFrom(`${box}/none`, { 'X-Copy-From': source, Range: 'bytes=50-' })).status, 416);
  const several = await copyFrom(`${box}/none`, { 'X-Copy-From': source, Range: 'bytes=0-1,3-4' });
  assertSentence(several, 400, 'A copy takes one range at most');
});

test('conditions are about the source, and a refusal shows it', async () => {
  const failed = await copyFrom(`${box}/never`, { 'X-Copy-From': source, 'If-Match': '"x"' });
  assertEmpty(failed, 412);
  assert.equal(failed.headers['x-object-meta-a'], 'b');
  const same = await copyFrom(`${box}/never`, { 'X-Copy-From': source, 'If-None-Match': '*' });
  assert.equal(same.status, 304);
  assertPage(await account.get(`${box}/never`), 404);
});

describe('refusals', () => {
  const destinationForm = 'Destination header must be of the form <container name>/<object name>';

  test('no or a malformed Destination', async () => {
    assertSentence(await account.call('COPY', source), 412, 'Destination header required', html);
    for (const destination of [box, `${box}/`, '//x', 'x']) {
      assertSentence(await copyTo(destination), 412, destinationForm, html);
    }
    for (const destination of [`${box}/%ff`, `${box}/%00`]) {
      assertSentence(await copyTo(destination), 412, 'Invalid UTF8 or contains NULL', html);
    }
    const long = await copyTo(`${box}/${'n'.repeat(1025)}`);
    assertSentence(long, 400, 'Object name length of 1025 longer than 1024');
  });

  test('a malformed X-Copy-From, or a body with it', async () => {
    const form = 'X-Copy-From header must be of the form <container name>/<object name>';
    assertSentence(await copyFrom(`${box}/x`, { 'X-Copy-From': 'x' }), 412, form, html);
    const body = await account.put(`${box}/x`, 'abc', { 'X-Copy-From': source });
    assertSentence(body, 400, 'Copy requests require a zero byte body');
  });

  test('an empty X-Copy-From is none', async () => {
    assert.equal((await account.put(`${box}/plain`, 'abc', { 'X-Copy-From': '' })).status, 201);
    assert.equal((await account.get(`${box}/plain`)).text, 'abc');
  });

  test('what is not there', async () => {
    assertPage(await copyTo('/absent/x'), 404);
    assertPage(await copyTo('/Absent/x'), 404);
    assertPage(await copyTo(`${box}/x`, {}, `${box}/absent`), 404);
    assertPage(await copyFrom(`${box}/x`, { 'X-Copy-From': '/absent/x' }), 404);
    assertPage(await copyFrom(`${box}/x`, { 'X-Copy-From': `${box}/absent` }), 404);
  });

  test('another account, on either side; the own one by name is fine', async () => {
    const foreign = accountName(other, 'upstream');
    assertPage(await copyTo(`${box}/x`, { 'Destination-Account': foreign }), 403);
    assertPage(await copyFrom(`${box}/x`, { 'X-Copy-From': source, 'X-Copy-From-Account': foreign }), 403);
    assertPage(await copyFrom(`${box}/x`, { 'X-Copy-From': source, 'X-Copy-From-Account': 'nobody' }), 403);
    for (const dialect of ['kakaocloud', 'upstream'] as const) {
      const named = await copyTo(`${box}/x`, { 'Destination-Account': accountName(demo, dialect) });
      assert.equal(named.status, 201);
    }
  });

  test('who may not read the source or write the target', async () => {
    const asUser = async (user: typeof alice) =>
      (await swift.account(user)).call('COPY', source, { headers: { Destination: `${box}/theirs` } });
    assert.equal((await asUser(bob)).status, 201);
    assertPage(await asUser(carol), 403);
    assertPage(await asUser(dave), 403);
    const outsider = await swift.account(eve, 'upstream', demo);
    assertPage(await outsider.call('COPY', source, { headers: { Destination: `${box}/x` } }), 403);
    const nobody = swift.stranger(demo);
    assertPage(await nobody.call('COPY', source, { headers: { Destination: `${box}/x` } }), 401);
  });
});
