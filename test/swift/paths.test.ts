// What a path names, and how paths that name nothing are answered
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice } from '../support/seed.ts';
import { assertPage, assertSentence, html, swiftRequest, useSwift } from '../support/swift.ts';

const swift = useSwift();

test('no account is 412 Bad URL', async () => {
  for (const target of ['/v1', '/v1/', '/v1//box', '/v1?format=json']) {
    assertSentence(await swiftRequest(swift.server, 'GET', target), 412, 'Bad URL', html);
  }
});

test('no container before an object is 404', async () => {
  const account = await swift.account(alice);
  assertPage(await account.get('//o'), 404);
  assertPage(await account.put('//o', 'x'), 404);
});

test('NUL and what is not UTF-8 are 412, wherever they stand', async () => {
  const account = await swift.account(alice);
  for (const path of ['/a%00', '/a%ff', '/box/a%00', '/box/%c3%28', '/box/%', '/box/%2']) {
    assertSentence(await account.get(path), 412, 'Invalid UTF8 or contains NULL', html);
  }
  assertSentence(
    await swiftRequest(swift.server, 'GET', '/v1/%ff/box'),
    412,
    'Invalid UTF8 or contains NULL',
    html,
  );
});

test('a slash behind the account or the container changes nothing', async () => {
  const account = await swift.account(alice);
  const box = await account.container();
  await account.put(`${box}/o`, 'x');
  assert.equal((await account.get('/')).text, (await account.get('')).text);
  assert.equal((await account.get(`${box}/`)).text, 'o\n');
});

test('a plus is a plus in a path and a blank in a query', async () => {
  const account = await swift.account(alice);
  const box = await account.container();
  await account.fill(box, ['a+b', 'a%20c']);
  assert.equal((await account.get(`${box}/a%2Bb`)).status, 200);
  assert.equal((await account.get(`${box}?prefix=a+`)).text, 'a c\n');
});

test('a percent-encoded name of the container is the container', async () => {
  const account = await swift.account(alice);
  const box = await account.container();
  const encoded = `/${[...box.slice(1)].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')}`;
  assert.equal((await account.head(encoded)).status, 204);
});
