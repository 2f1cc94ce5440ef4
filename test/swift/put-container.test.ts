// PUT /v1/{account}/{container}
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { alice, bob, carol, demo, eve } from '../support/seed.ts';
import {
  assertEmpty,
  assertPage,
  assertSentence,
  type SwiftAnswer,
  type SwiftDialect,
  useSwift,
} from '../support/swift.ts';

const swift = useSwift();
const dialects: readonly SwiftDialect[] = ['kakaocloud', 'upstream'];

for (const dialect of dialects) {
  describe(`in ${dialect}’s dialect`, () => {
    test('a new one is 201, the project’s own 202', async () => {
      const account = await swift.account(alice, dialect);
      const name = `/fresh-${dialect}`;
      assertEmpty(await account.put(name), 201);
      assertPage(await account.put(name), 202);
      assertPage(await (await swift.account(bob, dialect)).put(name), 202);
    });

    test('the name of another project’s is 409', async () => {
      const taken = await (await swift.account(alice, dialect)).container();
      assertPage(await (await swift.account(eve, dialect)).put(taken), 409);
    });
  });
}

test('both dialects see the same containers', async () => {
  const box = await (await swift.account(alice, 'kakaocloud')).container();
  assert.equal((await (await swift.account(alice, 'upstream')).head(box)).status, 204);
});

test('sets metadata, and on an existing one changes it name by name', async () => {
  const account = await swift.account(alice);
  const box = await account.container({ 'X-Container-Meta-A': '1', 'X-Container-Meta-B': '1' });
  await account.put(box, '', { 'X-Container-Meta-A': '2', 'X-Container-Meta-B': '' });
  const { headers } = await account.head(box);
  assert.deepEqual([headers['x-container-meta-a'], headers['x-container-meta-b']], ['2', undefined]);
});

test('a trailing slash names the container too', async () => {
  const account = await swift.account(alice);
  assert.equal((await account.put('/slashed/')).status, 201);
  assert.equal((await account.head('/slashed')).status, 204);
});

test('refuses names that cannot work in every API, and says why', async () => {
  const account = await swift.account(alice);
  const refused = (answer: SwiftAnswer, reason: RegExp) => {
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.text, reason);
  };
  refused(await account.put('/ab'), /^Invalid container name 'ab': must have 3 to 63 characters$/);
  refused(await account.put(`/${'n'.repeat(64)}`), /must have 3 to 63 characters/);
  refused(await account.put('/Photos'), /lower-case letters/);
  refused(await account.put('/with%2Fslash'), /lower-case letters/);
  refused(await account.put('/a..b'), /two dots/);
  refused(await account.put('/10.0.0.1'), /IP address/);
  refused(await account.put('/healthcheck'), /reserved/);
  refused(await account.put('/%EA%B0%80%EA%B0%80%EA%B0%80'), /'가가가'/);
  refused(await account.put('/%3Cb%3Ex'), /'\?b\?x'/);
});

test('knows one storage policy', async () => {
  const account = await swift.account(alice);
  assert.equal((await account.put('/policy', '', { 'X-Storage-Policy': 'default-placement' })).status, 201);
  const other = await account.put('/policy2', '', { 'X-Storage-Policy': 'nope' });
  assertSentence(other, 400, "Invalid X-Storage-Policy 'nope'");
  assertPage(await account.get('/policy2'), 404);
});

test('keeps the limits of metadata', async () => {
  const account = await swift.account(alice);
  const long = await account.put('/limits', '', { 'X-Container-Meta-A': 'v'.repeat(257) });
  assertSentence(long, 400, 'Metadata value longer than 256: x-container-meta-A');
  assertPage(await account.get('/limits'), 404);
});

test('is for who may create in the project', async () => {
  assertPage(await (await swift.account(carol)).put('/readers'), 403);
  assertPage(await (await swift.account(eve, 'upstream', demo)).put('/foreign'), 403);
  assertPage(await (await swift.account(eve, 'upstream', demo)).put('/UP'), 403);
  assertPage(await swift.stranger(demo).put('/nobody'), 401);
  assertPage(await swift.stranger(demo).put('/UP'), 401);
});

test('metadata of an existing container is not for who may only create', async () => {
  const owner = await swift.account(alice);
  const box = await owner.container({ 'X-Container-Meta-A': '1' });
  // Bob is a member, so an editor of the bucket; the right is looked at all the same.
  assertPage(await (await swift.account(bob)).put(box, '', { 'X-Container-Meta-A': '2' }), 202);
  assertPage(await (await swift.account(carol)).put(box, '', { 'X-Container-Meta-A': '3' }), 403);
  assert.equal((await owner.head(box)).headers['x-container-meta-a'], '2');
});

test('of many at once, one creates and the rest find it', async () => {
  const account = await swift.account(alice);
  const answers = await Promise.all(Array.from({ length: 8 }, () => account.put('/raced')));
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [201, ...Array.from({ length: 7 }, () => 202)]);
});
